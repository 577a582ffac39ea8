//! Pictures among results: drawn in the way that the terminal has, else kept in a file; what is no picture,
//! or too large a one, harms nobody.

use crate::support::eventually;
use crate::support::program::{BINARY, Home, cache};
use crate::support::pty::Screen;
use crate::support::session::Session;
use crate::support::spark::{is_ours, shared, strict};
use crate::support::stub;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use livysh::local::Server;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use vt100::Color;

const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];

/// A picture whose left half is red, and whose right one is blue.
fn halves(width: u32, height: u32) -> Vec<u8> {
    let row = (0..width).map(|x| if x < width / 2 { RED } else { BLUE });
    let row: Vec<u8> = row.flatten().collect();
    png(width, height, &row.repeat(height as usize), false)
}

fn png(width: u32, height: u32, pixels: &[u8], barely_packed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    if barely_packed {
        encoder.set_compression(png::Compression::NoCompression);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A prompt of a session on a terminal that the variables describe.
struct Prompt {
    screen: Screen,
    home: Home,
    server: Server,
}

impl Prompt {
    fn at(columns: u16, variables: &[&str], options: &str) -> Prompt {
        let home = Home::new();
        let server = stub::serve(&home);
        let cache = home.path().join("cache");
        let variables: String = variables
            .iter()
            .map(|set| format!("export {set}; "))
            .collect();
        let command = format!(
            "export XDG_CACHE_HOME={cache:?}; {variables}exec '{BINARY}' --url {} -l python {options}",
            server.url()
        );
        let mut screen = Screen::run(&home, "sh", &["-c", &command], 40, columns);
        screen.wait_for_prompt(">>> ");
        // What is told of the session comes above the prompt, which is drawn again below it.
        screen.line("'is ' + 'there'");
        screen.wait_for("'is there'");
        screen.wait_for_prompt(">>> ");
        Prompt {
            screen,
            home,
            server,
        }
    }

    /// Code that gives a picture as `%matplot` does; the bytes are read where it runs.
    fn showing(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        format!(
            "{{'image/png': __import__('base64').b64encode(open({path:?}, 'rb').read()).decode()}}"
        )
    }

    /// Types a line, and waits until it has run.
    fn run(&mut self, line: &str) {
        let before = self.screen.raw().len();
        self.screen.line(line);
        // What is typed is drawn at once; a new prompt comes behind what it gave.
        eventually("it has run", || {
            let raw = self.screen.raw();
            let since = String::from_utf8_lossy(&raw[before..]).into_owned();
            since.contains('\n').then_some(())
        });
        self.screen.wait_for_prompt(">>> ");
    }

    fn kept(&self) -> Vec<PathBuf> {
        let folder = self.home.path().join("cache/livysh/pictures");
        let Ok(files) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files
    }

    /// The rows that hold half blocks, each with the colours of its cells.
    fn drawn(&self) -> Vec<(usize, Vec<(Color, Color)>)> {
        let rows = self.screen.rows();
        let drawn = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.starts_with('▀'));
        let cells = drawn.map(|(number, row)| {
            assert!(row.chars().all(|c| c == '▀'), "{row}");
            let cell = |column: usize| {
                let cell = self.screen.cell(number as u16, column as u16);
                (cell.fgcolor(), cell.bgcolor())
            };
            (number, (0..row.chars().count()).map(cell).collect())
        });
        cells.collect()
    }
}

#[test]
fn half_blocks_fit_the_screen_and_keep_the_shape() {
    let red = Color::Rgb(255, 0, 0);
    let blue = Color::Rgb(0, 0, 255);
    // Of 40 rows a picture takes 30 at most.
    for (columns, width, rows) in [(40, 40, 15), (80, 80, 30), (200, 80, 30)] {
        let mut prompt = Prompt::at(columns, &["COLORTERM=truecolor"], "");
        let code = prompt.showing("plot.png", &halves(640, 480));
        prompt.run(&format!("p = {code}"));
        prompt.run("p");
        let text = prompt.screen.text();
        let drawn = prompt.drawn();
        assert_eq!(drawn.len(), rows, "{columns}: {text}");
        for (_, cells) in drawn {
            assert_eq!(cells.len(), width, "{columns}: {text}");
            assert!(cells[..width / 2].iter().all(|cell| *cell == (red, red)));
            assert!(cells[width / 2..].iter().all(|cell| *cell == (blue, blue)));
        }
        // What stands behind it has no colour of it.
        assert_eq!(prompt.screen.cell_of(">>>").bgcolor(), Color::Default);
        assert!(text.contains("[image/png, 640 × 480; :last > FILE.png keeps it]"));
        // A small one is not made larger.
        let code = prompt.showing("dot.png", &halves(6, 4));
        prompt.run(&format!("q = {code}"));
        prompt.run("q");
        let drawn = prompt.drawn();
        let (last, cells) = drawn.last().unwrap();
        assert_eq!(cells.len(), 6, "{}", prompt.screen.text());
        assert_eq!(prompt.screen.rows()[last + 1], ">>>");
    }
}

#[test]
fn half_blocks_have_the_colours_that_the_terminal_has() {
    for (variables, red, blue) in [
        (&[][..], Color::Idx(196), Color::Idx(21)),
        (&["TERM=xterm"], Color::Idx(9), Color::Idx(4)),
        // In these a picture's own protocol does not pass.
        (
            &["TMUX=/tmp/x", "KITTY_WINDOW_ID=1"],
            Color::Idx(196),
            Color::Idx(21),
        ),
    ] {
        let mut prompt = Prompt::at(80, variables, "");
        let code = prompt.showing("plot.png", &halves(40, 20));
        prompt.run(&code);
        let (_, cells) = prompt.drawn().remove(0);
        assert_eq!(cells[0], (red, red), "{variables:?}");
        assert_eq!(cells[39], (blue, blue), "{variables:?}");
    }
}

/// The Base64 of what kitty was given, and the head of its first sequence.
fn of_kitty(raw: &[u8]) -> (String, Vec<u8>) {
    let raw = String::from_utf8_lossy(raw).into_owned();
    let frames: Vec<&str> = raw
        .split("\x1b_G")
        .skip(1)
        .map(|frame| frame.split("\x1b\\").next().unwrap())
        .collect();
    let parts: Vec<(&str, &str)> = frames.iter().map(|f| f.split_once(';').unwrap()).collect();
    let last = parts.len() - 1;
    for (number, (head, data)) in parts.iter().enumerate() {
        let more = if number == last { "m=0" } else { "m=1" };
        assert!(head.ends_with(more) && head.contains("q=2"), "{head}");
        assert!(data.len() == 4096 || number == last, "{}", data.len());
    }
    let data: String = parts.iter().map(|(_, data)| *data).collect();
    (parts[0].0.to_owned(), STANDARD.decode(data).unwrap())
}

#[test]
fn kitty_and_iterm2_are_given_the_very_bytes() {
    // Larger than one sequence of kitty's.
    let noise: Vec<u8> = (0..100 * 50 * 3_u32)
        .map(|n| (n * 7919 % 251) as u8)
        .collect();
    let picture = png(100, 50, &noise, true);
    assert!(picture.len() > 10_000);
    for variables in [
        &["TERM=xterm-kitty"][..],
        &["TERM_PROGRAM=ghostty"],
        &["KONSOLE_VERSION=230800"],
    ] {
        let mut prompt = Prompt::at(80, variables, "");
        let code = prompt.showing("plot.png", &picture);
        prompt.run(&code);
        let (head, bytes) = of_kitty(&prompt.screen.raw());
        assert_eq!(head, "a=T,f=100,q=2,m=1", "{variables:?}");
        assert!(bytes == picture, "{variables:?}");
        assert_eq!(prompt.kept(), Vec::<PathBuf>::new());
    }
    for (variables, options) in [
        (&["TERM_PROGRAM=WezTerm"][..], ""),
        (&["LC_TERMINAL=iTerm2"], ""),
        (&["TERM_PROGRAM=iTerm.app"], ""),
        (&["TMUX=/tmp/x"], "--images iterm2"),
    ] {
        let mut prompt = Prompt::at(80, variables, options);
        let code = prompt.showing("plot.png", &picture);
        prompt.run(&code);
        let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
        let frame = raw.split("\x1b]1337;File=").nth(1).unwrap();
        let (head, data) = frame.split('\x07').next().unwrap().split_once(':').unwrap();
        let expected = format!("inline=1;size={};preserveAspectRatio=1", picture.len());
        assert_eq!(head, expected, "{variables:?}");
        assert!(STANDARD.decode(data).unwrap() == picture, "{variables:?}");
    }
}

#[test]
fn what_is_wider_than_the_screen_is_made_smaller_by_the_terminal() {
    for (columns, size) in [(40, "c=40,"), (80, "c=80,"), (200, "")] {
        let mut prompt = Prompt::at(columns, &["TERM=xterm-kitty"], "");
        let code = prompt.showing("plot.png", &halves(1200, 100));
        prompt.run(&code);
        let (head, _) = of_kitty(&prompt.screen.raw());
        assert_eq!(head, format!("a=T,f=100,q=2,{size}m=0"));
    }
}

#[test]
fn a_picture_that_cannot_be_drawn_is_kept_and_its_path_is_told() {
    let picture = halves(64, 48);
    for (variables, options) in [
        (&["TERM=dumb"][..], ""),
        (&["NO_COLOR=1"], ""),
        (&["TERM=xterm-kitty"], "--images save"),
    ] {
        let mut prompt = Prompt::at(200, variables, options);
        let code = prompt.showing("plot.png", &picture);
        prompt.run(&code);
        let kept = prompt.kept();
        assert_eq!(kept.len(), 1, "{variables:?}");
        let told = format!("[image/png, 64 × 48, is in {}]", kept[0].display());
        prompt.screen.wait_for(&told);
        assert!(std::fs::read(&kept[0]).unwrap() == picture);
        let mode = std::fs::metadata(&kept[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let folder = kept[0].parent().unwrap();
        let mode = std::fs::metadata(folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        // Of the session and the statement; the same once more is the same file.
        let name = kept[0].file_stem().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("livysh-") && name.ends_with("-1"),
            "{name}"
        );
        prompt.run(":last");
        assert_eq!(prompt.kept(), kept);
        prompt.run(&code);
        assert_eq!(prompt.kept().len(), 2);
        assert!(prompt.server.url().starts_with("http"));
    }
    let mut prompt = Prompt::at(200, &["TERM=xterm-kitty"], "--images none");
    let code = prompt.showing("plot.png", &picture);
    prompt.run(&code);
    prompt.screen.wait_for("[image/png, 64 × 48, is not shown]");
    assert_eq!(prompt.kept(), Vec::<PathBuf>::new());
}

#[test]
fn the_last_picture_is_drawn_again_and_goes_into_a_file_or_to_a_program() {
    let picture = halves(64, 48);
    let mut prompt = Prompt::at(80, &["TERM=xterm-kitty"], "");
    let file = |prompt: &Prompt, name: &str| std::fs::read(prompt.home.path().join(name)).unwrap();
    let code = prompt.showing("plot.png", &picture);
    prompt.run(&code);
    prompt.run(":last");
    let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
    assert_eq!(raw.matches("\x1b_Ga=T").count(), 2);
    prompt.run(":last > again.png");
    prompt
        .screen
        .wait_for(&format!("{} bytes are in again.png.", picture.len()));
    assert!(file(&prompt, "again.png") == picture);
    prompt.run(":once once.png");
    prompt.run(&code);
    assert!(file(&prompt, "once.png") == picture);
    prompt.run(":last | cat > piped");
    assert!(file(&prompt, "piped") == picture);
    // Text beside it goes where text goes.
    prompt.run(&format!(
        "both = dict({code}, **{{'text/plain': 'a title'}})"
    ));
    prompt.run(":once title.txt");
    prompt.run("both");
    assert_eq!(file(&prompt, "title.txt"), b"a title\n");
    prompt.run(":last > both.png");
    assert!(file(&prompt, "both.png") == picture);
    // Drawn where nothing else was asked for: twice before, and beside the title.
    let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
    assert_eq!(raw.matches("\x1b_Ga=T").count(), 3);
}

#[test]
fn what_is_no_picture_or_too_large_is_kept_and_never_reaches_the_terminal() {
    let whole = halves(64, 48);
    // The measures in its header.
    let mut vast = halves(64, 48);
    vast[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
    let mut bent = halves(64, 48);
    let data = bent.windows(4).position(|four| four == b"IDAT").unwrap();
    bent[data + 8] ^= 0xff;
    for (name, bytes, drawn_by, told) in [
        (
            "cut",
            &whole[..whole.len() - 20],
            "kitty",
            "[image/png, is cut, is in ",
        ),
        ("gif", b"GIF89a", "iterm2", "[image/png, is no PNG, is in "),
        (
            "live",
            b"\x1b]0;owned\x07",
            "kitty",
            "[image/png, is no PNG, is in ",
        ),
        (
            "vast",
            &vast,
            "blocks",
            "[image/png, 20000 × 20000, too large to be drawn, is in ",
        ),
        (
            "vaster",
            &vast,
            "kitty",
            "[image/png, 20000 × 20000, too large to be drawn, is in ",
        ),
        ("bent", &bent, "blocks", "[image/png, 64 × 48, "),
    ] {
        let mut prompt = Prompt::at(200, &[], &format!("--images {drawn_by}"));
        let code = prompt.showing(name, bytes);
        prompt.run(&code);
        prompt.screen.wait_for(told);
        let kept = prompt.kept();
        assert_eq!(kept.len(), 1, "{name}");
        assert!(std::fs::read(&kept[0]).unwrap() == bytes, "{name}");
        let raw = String::from_utf8_lossy(&prompt.screen.raw()).into_owned();
        assert!(
            !raw.contains("\x1b_G") && !raw.contains("\x1b]1337"),
            "{name}"
        );
        assert!(!raw.contains("owned") && !raw.contains('▀'), "{name}");
    }
    // Escapes in the place of Base64, and behind the end of a PNG.
    let mut prompt = Prompt::at(200, &["TERM=xterm-kitty"], "");
    prompt.run("{'image/png': '\\x1b]0;owned\\x07'}");
    prompt.screen.wait_for("[image/png, is no Base64, is in ");
    let behind = [&whole[..], b"\x1b]0;owned\x07"].concat();
    let code = prompt.showing("behind", &behind);
    prompt.run(&code);
    let (_, bytes) = of_kitty(&prompt.screen.raw());
    assert!(bytes == whole);
    // Other types are not looked into.
    prompt.run("{'image/svg+xml': '<svg/>', 'text/plain': 'a drawing'}");
    prompt.screen.wait_for("[image/svg+xml, is in ");
    let svg = prompt
        .kept()
        .into_iter()
        .find(|path| path.extension().unwrap() == "svg");
    assert_eq!(std::fs::read(svg.unwrap()).unwrap(), b"<svg/>");
}

#[test]
fn in_a_script_a_picture_is_kept_and_told_beside_the_results() {
    let home = Home::new();
    let server = stub::serve(&home);
    let url = server.url();
    let data = STANDARD.encode(halves(64, 48));
    let code = format!("{{'image/png': '{data}', 'text/plain': 'a title'}}");
    for (options, told) in [
        (&[][..], "[image/png, 64 × 48, is in "),
        (&["--images", "kitty"], "[image/png, 64 × 48, is in "),
        (&["--images", "none"], "[image/png, 64 × 48, is not shown]"),
    ] {
        let mut arguments = vec!["--url", url.as_str(), "-l", "python", "-e", &code];
        arguments.extend(options);
        let mut command = home.command(&arguments);
        command.env("XDG_CACHE_HOME", home.path().join("cache"));
        let ran = crate::support::program::Ran::of(command.output().unwrap());
        ran.gave("a title\n", 0);
        ran.said(&[told]);
    }
    home.profile("p", &url, &[]);
    let path = home.path().join("config/livysh/config.toml");
    let profile = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("images = \"none\"\n{profile}")).unwrap();
    let configured = home.run(&["-p", "p", "-l", "python", "-e", &code]);
    configured.said(&["[image/png, 64 × 48, is not shown]"]);
    assert!(
        home.run(&["-p", "p", "config", "show"])
            .out
            .contains("images = \"none\"")
    );
    let wrong = home.run(&["--url", &url, "--images", "sixel", "-e", "1"]);
    assert_eq!(wrong.code, 2);
    wrong.said(&["auto", "iterm2", "none"]);
}

/// `%matplot` in a session with a real Spark, whose picture is drawn.
fn plots(server: &str, way: &str) {
    let folder = cache().join("plots");
    if !folder.exists() {
        let optional = !is_ours() && std::env::var_os("CI").is_none_or(|value| value != "true");
        assert!(optional, "matplotlib is not installed: run tests/run");
        return;
    }
    let home = Home::new();
    home.write(
        "plot.py",
        &format!(
            "import os, sys\nos.environ['MPLCONFIGDIR'] = {:?}\nsys.path.insert(0, {folder:?})\n\
             import matplotlib\nmatplotlib.use('agg')\nimport matplotlib.pyplot as plt\n",
            home.path()
        ),
    );
    let session = Session::start(server, "pyspark");
    session.wait_until_up();
    let arguments = ["--url", server, "-s", session.number(), "-l", "python"];
    let options = ["--images", way, "-i", "plot.py"];
    let all = [&arguments[..], &options].concat();
    let mut screen = Screen::run(&home, BINARY, &all, 40, 80);
    screen.wait_for_prompt(">>>");
    screen.line("drawn = plt.bar(range(5), [row.id for row in spark.range(5).collect()])");
    screen.wait_for_prompt(">>>");
    screen.line("%matplot plt");
    match way {
        "kitty" => {
            screen.wait_until("kitty has a picture", || {
                let raw = screen.raw();
                String::from_utf8_lossy(&raw).contains("m=0;")
            });
            screen.wait_for_prompt(">>>");
            let (head, bytes) = of_kitty(&screen.raw());
            assert!(head.starts_with("a=T,f=100,q=2,"), "{head}");
            let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            let reader = decoder.read_info().unwrap();
            assert_eq!((reader.info().width, reader.info().height), (640, 480));
        }
        _ => {
            screen.wait_for("[image/png, 640 × 480; :last > FILE.png keeps it]");
            screen.wait_for_prompt(">>>");
            let rows = screen.rows();
            let drawn: Vec<&String> = rows.iter().filter(|row| row.starts_with('▀')).collect();
            assert_eq!(drawn.len(), 30, "{}", rows.join("\n"));
            // The paper is white, and bars stand on it.
            let (row, column) = screen.place_of("▀▀▀");
            assert_eq!(screen.cell(row, column).fgcolor(), Color::Idx(231));
            let colours = (0..rows.len() as u16).flat_map(|row| {
                let cells = (0..80).map(move |column| (row, column));
                cells.map(|(row, column)| screen.cell(row, column).fgcolor())
            });
            assert!(colours.collect::<Vec<_>>().contains(&Color::Idx(31)));
        }
    }
}

#[test]
fn a_plot_of_matplotlib_is_drawn() {
    plots(shared().0, "kitty");
}

#[test]
fn a_plot_of_matplotlib_is_drawn_as_livy_sends_it() {
    plots(&strict(), "blocks");
}
