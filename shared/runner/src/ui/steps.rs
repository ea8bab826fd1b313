//! Progress bars of steps that take a while.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::complain;
use super::style::colours_wanted;

/// The bars of several steps that run at the same time, on standard error; plain lines where that is no terminal.
#[derive(Debug)]
pub(crate) struct Steps {
    bars: MultiProgress,
    plain: bool,
}

impl Steps {
    pub(crate) fn new() -> Self {
        let plain = !std::io::stderr().is_terminal() || !colours_wanted();
        let target = if plain { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self { bars: MultiProgress::with_draw_target(target), plain }
    }

    /// Begins a step that is always shown.
    pub(crate) fn begin(&self, name: &str) -> Step {
        if self.plain {
            complain(format!("{name} …"));
        }
        self.add(name, self.bars.add(ProgressBar::new_spinner()))
    }

    /// Begins a step that is usually quick: it is shown only if it takes longer than a second.
    pub(crate) fn begin_late(&self, name: &str) -> Step {
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let step = self.add(name, bar);
        if !self.plain {
            step.show_after(Duration::from_secs(1));
        }
        step
    }

    /// Begins a step that says nothing where there is no terminal.
    pub(crate) fn begin_silent(&self, name: &str) -> Step {
        self.add(name, self.bars.add(ProgressBar::new_spinner()))
    }

    /// Prints between the bars.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.bars.suspend(print);
    }

    fn add(&self, name: &str, bar: ProgressBar) -> Step {
        bar.set_style(spinner_style());
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Step { bar, plain: self.plain, name: name.to_owned(), total: Mutex::new(0) }
    }
}

/// One step under way.
#[derive(Debug)]
pub(crate) struct Step {
    bar: ProgressBar,
    plain: bool,
    name: String,
    total: Mutex<u64>,
}

impl Step {
    /// Shows how far it is and what it is at; without a total, only what it waits for.
    pub(crate) fn at(&self, done: u64, total: u64, what: &str) {
        if total == 0 {
            if self.plain {
                complain(format!("{}: {what}", self.name));
            }
            self.bar.set_message(what.to_owned());
            return;
        }
        let mut known = self.total.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != total {
            self.bar.set_length(total);
            if *known == 0 {
                self.bar.set_style(bar_style());
            }
            *known = total;
        }
        self.bar.set_position(done);
        self.bar.set_message(what.to_owned());
    }

    /// Makes the bar visible once it has taken that long, unless it has ended by then.
    fn show_after(&self, delay: Duration) {
        let bar = self.bar.downgrade();
        std::thread::spawn(move || {
            std::thread::sleep(delay);
            if let Some(bar) = bar.upgrade()
                && !bar.is_finished()
            {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
    }

    /// Ends the step without a trace.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Ends the step with a line that stays.
    pub(crate) fn done(&self, result: &str) {
        self.bar.set_style(done_style());
        self.bar.finish_with_message(result.to_owned());
        if self.plain {
            complain(format!("{}: {result}", self.name));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▌░")
}

fn spinner_style() -> ProgressStyle {
    style("{spinner:.cyan} {prefix:<28} {elapsed:>4} {msg:.dim}")
}

fn bar_style() -> ProgressStyle {
    style("{spinner:.cyan} {prefix:<28} {elapsed:>4} {bar:24.green/dim} {pos}/{len} {msg:.dim}")
}

fn done_style() -> ProgressStyle {
    style("✓ {prefix:<28} {elapsed:>4} {msg:.dim}")
}
