//! What keeps secrets inside a process that fails.

use rustix::process::{set_dumpable_behavior, setrlimit, DumpableBehavior, Resource, Rlimit};

/// No core files, no other process of the same user that reads this one's memory, and panics that say where and not what:
/// a panic's text may quote the value that it is about.
///
/// # Errors
/// What the system says.
pub fn enclose() -> std::io::Result<()> {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "a place that is not known".into());
        eprintln!("error: tessera failed at {place}. Nothing that was promised is lost: start it again, and report the place");
    }));
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}
