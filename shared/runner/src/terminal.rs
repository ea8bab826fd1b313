//! Colours, widths and progress: only where a person looks at a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crate::fault::{Fault, Outcome};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether standard output takes colours: a terminal, and neither `NO_COLOR` nor `TERM=dumb`.
pub(crate) fn colours() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| std::io::stdout().is_terminal() && colours_wanted())
}

fn colours_wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether somebody can press keys and watch a screen.
pub(crate) fn interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Columns of the terminal, within reason; without one, as many as the course's own texts have.
pub(crate) fn width() -> usize {
    if !std::io::stdout().is_terminal() {
        return 120;
    }
    let columns = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    columns.clamp(40, 120)
}

/// What a text is, which decides its colour.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tone {
    Strong,
    Faint,
    Good,
    Bad,
    Note,
}

/// A text in its colour, or plain.
pub(crate) fn paint(tone: Tone, text: impl std::fmt::Display) -> String {
    if !colours() {
        return text.to_string();
    }
    let code = match tone {
        Tone::Strong => "1",
        Tone::Faint => "2",
        Tone::Good => "32",
        Tone::Bad => "31",
        Tone::Note => "36",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// A bar of `width` cells, filled in proportion.
pub(crate) fn bar(done: usize, total: usize, width: usize) -> String {
    let filled = (done * width).checked_div(total).unwrap_or(0);
    format!("{}{}", paint(Tone::Good, "█".repeat(filled)), paint(Tone::Faint, "░".repeat(width - filled)))
}

/// Writes to standard output; a closed pipe (`| head`) is no fault.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard output.
pub(crate) fn say(line: impl std::fmt::Display) {
    print(&format!("{line}\n"));
}

/// Writes a line to standard error.
pub(crate) fn complain(line: impl std::fmt::Display) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{line}");
}

/// What was said while there is a screen that the next drawing would wipe.
static NOTICES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Whether a [`Screen`] is open on a terminal.
static SCREEN: AtomicBool = AtomicBool::new(false);

/// Says something on the side: on standard error, and on the screen of watch mode, which asks for it by [`take_notices`].
pub(crate) fn notice(text: &str) {
    if !SCREEN.load(Ordering::Relaxed) {
        complain(text);
    }
    NOTICES.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
}

/// What has been said on the side since the last time.
pub(crate) fn take_notices() -> String {
    std::mem::take(&mut *NOTICES.lock().unwrap_or_else(PoisonError::into_inner)).join("\n")
}

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

    /// Begins a step that is worth a word of its own.
    pub(crate) fn begin(&self, name: &str) -> Step {
        if self.plain {
            complain(format!("{name} …"));
        }
        self.add(name, self.bars.add(ProgressBar::new_spinner()))
    }

    /// Begins a step that is mostly over before anybody could read it: drawn only if it takes longer than a second.
    pub(crate) fn begin_late(&self, name: &str) -> Step {
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let step = self.add(name, bar);
        if !self.plain {
            step.show_after(Duration::from_secs(1));
        }
        step
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
    /// Shows how far it is and what it is at.
    pub(crate) fn at(&self, done: u64, total: u64, what: &str) {
        let mut known = self.total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
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

/// The screen of watch mode: single keys and a text that is drawn anew; plain lines where there is no terminal.
///
/// Dropping it gives the terminal back as it was, whatever ended the program in order.
#[derive(Debug)]
pub(crate) struct Screen {
    interactive: bool,
}

impl Screen {
    pub(crate) fn open() -> Outcome<Self> {
        let interactive = interactive();
        if interactive {
            crossterm::terminal::enable_raw_mode().map_err(|error| {
                Fault::new(format!("This terminal does not give single keys: {error}."))
                    .mend("`cargo course check` works in any terminal.")
            })?;
        }
        SCREEN.store(interactive, Ordering::Relaxed);
        Ok(Self { interactive })
    }

    pub(crate) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Draws a text in place of what is there: in one go and over it, so that nothing flickers.
    pub(crate) fn show(&self, text: &str) {
        if self.interactive {
            let text = text.trim_end_matches('\n').replace('\n', "\u{1b}[K\r\n");
            print(&format!("\u{1b}[H{text}\u{1b}[K\r\n\u{1b}[J"));
        } else {
            self.append(text);
        }
    }

    /// Adds lines below what is there.
    pub(crate) fn append(&self, text: &str) {
        let text = format!("{}\n", text.trim_end_matches('\n'));
        // Without the line discipline of the cooked terminal, a new line does not return to the first column.
        print(&if self.interactive { text.replace('\n', "\r\n") } else { text });
    }

    /// A line that says what is going on; the next one replaces it.
    pub(crate) fn status(&self, text: &str) {
        if self.interactive {
            let text: String = text.chars().take(width() - 1).collect();
            print(&format!("\r\u{1b}[2K{}", paint(Tone::Faint, text)));
        }
    }

    /// Lets something else use the terminal in the ordinary way.
    pub(crate) fn lend<T>(&self, body: impl FnOnce() -> T) -> T {
        if !self.interactive {
            return body();
        }
        let _ = crossterm::terminal::disable_raw_mode();
        print("\u{1b}[2J\u{1b}[H");
        let result = body();
        let _ = crossterm::terminal::enable_raw_mode();
        result
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if self.interactive {
            // Over the line that says what is going on.
            print("\r\u{1b}[2K");
            let _ = crossterm::terminal::disable_raw_mode();
        }
        SCREEN.store(false, Ordering::Relaxed);
    }
}
