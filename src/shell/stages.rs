//! Spark's stages as spark-shell draws them: `[Stage 3:=====>      (12 + 4) / 200]`, tasks that are done
//! and that run, of all.

use crate::engine::Stage;

/// As many stand beside each other, as in spark-shell.
const MOST: usize = 3;

/// The stages that run, in so many columns.
pub(super) fn bars(stages: &[Stage], width: usize) -> String {
    let shown = &stages[..stages.len().min(MOST)];
    let each = width / shown.len().max(1);
    shown.iter().map(|stage| bar(stage, each)).collect()
}

fn bar(stage: &Stage, width: usize) -> String {
    let head = format!("[Stage {}:", stage.id);
    let tail = format!("({} + {}) / {}]", stage.done, stage.running, stage.tasks);
    let room = width.saturating_sub(head.len() + tail.len());
    let share = stage.done as f64 / stage.tasks.max(1) as f64;
    let done = ((share * room as f64) as usize).min(room);
    let arrow = if done < room { ">" } else { "" };
    let rest = " ".repeat(room.saturating_sub(done + arrow.len()));
    format!("{head}{}{arrow}{rest}{tail}", "=".repeat(done))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_share_the_width() {
        let stage = |id, done| Stage {
            id,
            tasks: 10,
            done,
            running: 2,
        };
        assert_eq!(bars(&[], 40), "");
        assert_eq!(
            bars(&[stage(3, 5)], 40),
            "[Stage 3:=========>        (5 + 2) / 10]"
        );
        assert_eq!(bars(&[stage(3, 10)], 30), "[Stage 3:=======(10 + 2) / 10]");
        let two = bars(&[stage(1, 0), stage(2, 9)], 60);
        assert_eq!(two.len(), 60);
        assert!(two.contains("[Stage 1:>") && two.contains("[Stage 2:"));
        // Where there is no room for a bar, the numbers stay.
        assert_eq!(bars(&[stage(3, 5)], 4), "[Stage 3:(5 + 2) / 10]");
    }
}
