//! What can be reckoned about zones before they are run. [`risk`] answers what mpos.txt section V asks: how likely is it that
//! an attack becomes affordable, and what would it cost now? Pure: numbers in, numbers and pictures out.
#![deny(missing_docs)]

pub mod risk;
