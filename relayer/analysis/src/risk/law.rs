use serde::{Deserialize, Serialize};
use statrs::distribution::{Continuous, ContinuousCDF, Normal, StudentsT};

use super::{check, RiskError};

/// How prices scatter around their means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// As the paper assumes (equation 2).
    #[default]
    Normal,
    /// With fatter tails, the fatter the fewer degrees of freedom. All tokens together follow the multivariate law, so
    /// that a basket of them follows it too, and they crash together more often than normal prices of the same correlation.
    StudentT {
        /// Degrees of freedom: above 2, since the deviation is infinite up to there.
        degrees: f64,
    },
}

impl Law {
    /// The same, if it is one.
    ///
    /// # Errors
    /// [`RiskError::Range`] for degrees of freedom up to 2.
    pub fn checked(self) -> Result<Law, RiskError> {
        if let Law::StudentT { degrees } = self {
            check("degrees of freedom", "above 2", degrees, degrees > 2.0)?;
        }
        Ok(self)
    }

    /// Probability of at most so many deviations above the mean.
    pub(super) fn cumulative(self, deviations: f64) -> f64 {
        match self {
            Law::Normal => Normal::standard().cdf(deviations),
            Law::StudentT { degrees } => student(degrees, |law| law.cdf(deviations)),
        }
    }

    /// How many deviations above the mean a probability reaches.
    pub(super) fn quantile(self, probability: f64) -> f64 {
        match self {
            Law::Normal => Normal::standard().inverse_cdf(probability),
            Law::StudentT { degrees } => student(degrees, |law| law.inverse_cdf(probability)),
        }
    }

    /// Density at so many deviations above the mean.
    pub(super) fn density(self, deviations: f64) -> f64 {
        match self {
            Law::Normal => Normal::standard().pdf(deviations),
            Law::StudentT { degrees } => student(degrees, |law| law.pdf(deviations)),
        }
    }
}

/// Student's law with deviation 1; nothing for degrees that [`Law::checked`] refuses.
fn student(degrees: f64, ask: impl Fn(StudentsT) -> f64) -> f64 {
    let scale = ((degrees - 2.0) / degrees).sqrt();
    StudentsT::new(0.0, scale, degrees).map_or(f64::NAN, ask)
}
