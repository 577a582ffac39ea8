//! Watches the stages of a statement that runs, where Spark's UI can be asked.

use super::Conversation;
use crate::livy::{SparkUi, Stage};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A statement that is over sooner needs none of it: the first answer costs the driver some work.
const BEFORE: Duration = Duration::from_secs(2);
/// Then it is asked again so often.
const GAP: Duration = Duration::from_secs(1);

/// The UI, as far as it is known.
#[derive(Clone)]
pub(super) enum Ui {
    /// It was not asked yet.
    Unknown,
    Known(Rc<SparkUi>),
    /// It could not be asked, or has not answered once: it is left in peace.
    Silent,
}

/// The stages of one statement; nothing is asked any more when it is dropped.
pub(super) struct Stages {
    seen: watch::Receiver<Seen>,
    _task: JoinSet<()>,
}

#[derive(Clone, Default)]
struct Seen {
    stages: Vec<Stage>,
    is_silent: bool,
}

/// What a look gave.
pub(super) enum Look {
    Stages(Vec<Stage>),
    Silent,
}

impl Stages {
    fn watch(ui: Rc<SparkUi>) -> Stages {
        let (tell, seen) = watch::channel(Seen::default());
        let mut task = JoinSet::new();
        task.spawn_local(async move {
            let mut gap = BEFORE;
            loop {
                tokio::time::sleep(gap).await;
                gap = GAP;
                let looked = ui.active_stages().await;
                let is_silent = looked.is_err();
                let stages = looked.unwrap_or_default();
                if tell.send(Seen { stages, is_silent }).is_err() || is_silent {
                    return;
                }
            }
        });
        Stages { seen, _task: task }
    }

    /// The next look's; never where there is none any more.
    pub(super) async fn next(this: &mut Option<Stages>) -> Look {
        let Some(stages) = this else {
            return pending().await;
        };
        if stages.seen.changed().await.is_err() {
            return pending().await;
        }
        let seen = stages.seen.borrow_and_update().clone();
        match seen.is_silent {
            true => Look::Silent,
            false => Look::Stages(seen.stages),
        }
    }
}

impl Conversation {
    /// Those of the statement that is sent now; `None` where they cannot be asked for.
    pub(super) fn watch_stages(&mut self) -> Option<Stages> {
        if matches!(self.ui, Ui::Unknown) {
            self.ui = self.find_ui().map_or(Ui::Silent, Ui::Known);
        }
        match &self.ui {
            Ui::Known(ui) => Some(Stages::watch(ui.clone())),
            Ui::Unknown | Ui::Silent => None,
        }
    }

    fn find_ui(&self) -> Option<Rc<SparkUi>> {
        let session = self.machine.session()?;
        let (url, application) = (&session.app_info.spark_ui_url, &session.app_id);
        let ask = self.ask_ui.as_ref()?;
        ask(url.as_deref()?, application.as_deref()?).map(Rc::new)
    }
}
