//! How the prompt looks and is edited.

use crate::cli::Cli;
use crate::config::{self, EditMode, Environment, Images};
use crate::exit::Exit;
use crate::render::{Line, one_line};
use crate::repl::Looks;
use crate::shell::error_lines;
use crate::term::{self, Out, Theme, Themes, Way};

/// The themes that there are.
fn themes(environment: Environment<'_>) -> Themes {
    let folder = config::startup_folder(environment);
    Themes::with(folder.map(|folder| folder.join("themes")))
}

/// A theme that the command line names; whether there is none is told before anything is asked of the
/// network.
pub fn theme(cli: &Cli, out: &Out, environment: Environment<'_>) -> Result<Option<Theme>, Exit> {
    let Some(name) = &cli.looks.theme else {
        return Ok(None);
    };
    themes(environment).find(name).map(Some).map_err(|hint| {
        let told = format!("there is no theme “{}”", one_line(name));
        for line in error_lines(&told, Some(&hint)) {
            out.note(&line);
        }
        Exit::Usage
    })
}

/// What the command line and the configuration say; what of it has no effect is told.
pub fn looks(
    named: Option<Theme>,
    configured: config::Looks,
    out: &Out,
    environment: Environment<'_>,
) -> Looks {
    let warn = |told: &str| out.note(&Line::plain(format!("warning: {}", one_line(told))));
    for warning in &configured.warnings {
        warn(warning);
    }
    let themes = themes(environment);
    let theme = match (named, configured.theme) {
        (Some(theme), _) => theme,
        (None, None) => Theme::default(),
        (None, Some(name)) => themes.find(&name).unwrap_or_else(|hint| {
            warn(&format!(
                "there is no theme “{name}”, which config.toml names: {hint}"
            ));
            Theme::default()
        }),
    };
    Looks {
        theme,
        themes,
        is_vi: configured.edit_mode == EditMode::Vi,
        suggests: configured.suggestions,
        title: configured.terminal_title,
        bell_after: configured.bell_after,
    }
}

/// What becomes of pictures: as the command line says, else the configuration, by the way that the terminal
/// has.
pub fn images(
    cli: &Cli,
    out: &Out,
    configured: &config::Looks,
    environment: Environment<'_>,
) -> Way {
    let images = match cli.looks.images.unwrap_or(configured.images) {
        Images::Auto => term::Images::Auto,
        Images::Kitty => term::Images::Kitty,
        Images::Iterm2 => term::Images::Iterm2,
        Images::Blocks => term::Images::Blocks,
        Images::Save => term::Images::Save,
        Images::None => term::Images::None,
    };
    Way::of(images, out.terminals.output, out.colours.0, environment)
}
