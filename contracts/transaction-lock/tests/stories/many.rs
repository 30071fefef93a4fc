//! A thousand open tasks: the waiting list is in order, comes by pages, and no verb minds it.

use crate::world::{facts, Plan, World, HORIZON};
use tessera_contract_api::transaction_lock::{OpenTask, QueryMsg, Waiting};
use tessera_lock::MAX_BATCH;
use tessera_primitives::Height;

#[test]
fn a_thousand_open_tasks_are_in_order_and_in_nobodys_way() {
    let mut world = World::new(2);
    let now = world.height(0).0;
    let mut plans: Vec<Plan> = Vec::new();
    for number in 0..1_000u64 {
        let mut plan = world.swap();
        // Deadlines go up and down, and many share one.
        plan.task.legs[0].deadline = Height(now + HORIZON + (number * 37) % 101);
        plan.task.legs[1].deadline = plan.task.legs[0].deadline;
        world.register(0, &plan).unwrap();
        plans.push(plan);
    }
    let mut listed: Vec<OpenTask> = Vec::new();
    let mut start_after = None;
    loop {
        let page: Vec<OpenTask> = world.ask(
            0,
            &QueryMsg::OpenTasks {
                start_after,
                limit: Some(1_000),
            },
        );
        assert!(page.len() <= 100);
        let Some(last) = page.last() else { break };
        start_after = Some(Waiting {
            deadline: last.deadline,
            task_id: last.task_id,
        });
        listed.extend(page);
    }
    assert_eq!(listed.len(), 1_000);
    let order: Vec<_> = listed
        .iter()
        .map(|open| (open.deadline, open.task_id))
        .collect();
    let mut expected: Vec<_> = plans
        .iter()
        .map(|plan| (plan.task.legs[0].deadline, plan.id()))
        .collect();
    expected.sort();
    assert_eq!(order, expected);
    let default: Vec<OpenTask> = world.ask(
        0,
        &QueryMsg::OpenTasks {
            start_after: None,
            limit: None,
        },
    );
    assert_eq!(default.len(), 30);
    // Thirty from the middle go their whole way.
    let some: Vec<&Plan> = plans[500..500 + MAX_BATCH].iter().collect();
    for plan in &some {
        world.register(1, plan).unwrap();
    }
    world.tick(2);
    for on in 0..2 {
        assert_eq!(
            facts(&world.commit(on, &some).unwrap()),
            vec!["committed"; MAX_BATCH]
        );
    }
    world.tick(2);
    for on in 0..2 {
        assert_eq!(
            facts(&world.settle(on, &some).unwrap()),
            vec!["kept"; MAX_BATCH]
        );
    }
    let left: Vec<OpenTask> = world.ask(
        0,
        &QueryMsg::OpenTasks {
            start_after: None,
            limit: Some(100),
        },
    );
    assert!(left
        .iter()
        .all(|open| some.iter().all(|plan| plan.id() != open.task_id)));
}
