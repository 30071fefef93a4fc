//! Two zones inside this process, with the real contracts between them and the real relayer: what a newcomer sees
//! first. Nothing here is special to the demo but the story: watcher, journal, planner, duties and submitter are those
//! of `start`.

mod report;
mod scenes;
mod stake;
mod world;

pub use report::{Report, SceneReport};
pub use scenes::{play, Progress, SCENES};
pub use stake::StakeReport;
pub use world::World;
