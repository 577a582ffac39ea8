//! The words of each language.

use crate::lang::Language;

const SCALA: &str = "\
    abstract case catch class def do else extends false final finally for forSome if implicit \
    import lazy match new null object override package private protected return sealed super this \
    throw trait true try type val var while with yield";

const PYTHON: &str = "\
    False None True and as assert async await break class continue def del elif else except \
    finally for from global if import in is lambda nonlocal not or pass raise return try while \
    with yield";

const R: &str = "\
    FALSE NA NULL TRUE break else for function if in next repeat while";

/// Those of Spark's SQL that people type, and its functions of every day.
const SQL: &str = "\
    add all alter analyze and anti array as asc avg between bigint boolean by cache case cast \
    coalesce collect_list column columns comment commit concat count create cross cube \
    current_date current_timestamp database databases date date_add date_format date_sub datediff \
    decimal delete dense_rank desc describe distinct double drop else end escape except exists \
    explain explode extended external extract false filter first float following for format \
    formatted from full function functions global group grouping having if in inner insert int \
    intersect interval into is join lag last lateral lead left length like limit location lower \
    map matched max merge min minus namespaces natural not null nulls offset on or order outer \
    over overwrite parquet partition partitioned partitions percentile pivot preceding properties \
    purge range rank refresh regexp_extract regexp_replace rename repair replace reset right rlike \
    rollup round row row_number rows schemas select semi set sets show sort split string struct \
    substring sum table tables tablesample tblproperties temporary then timestamp to_date \
    to_timestamp trim true truncate unbounded uncache union unpivot update upper use using values \
    view views when where window with";

/// What Livy takes a line for that begins with a percent sign, and the marks of a part in a language.
pub(super) fn magics(language: Language) -> &'static [&'static str] {
    match language {
        Language::Scala => &["%json", "%table", "%%python", "%%r", "%%scala", "%%sql"],
        Language::Python => &[
            "%json", "%matplot", "%table", "%%python", "%%r", "%%scala", "%%sql",
        ],
        Language::Sql | Language::R => &["%%python", "%%r", "%%scala", "%%sql"],
    }
}

pub(super) fn keywords(language: Language) -> impl Iterator<Item = &'static str> {
    let words = match language {
        Language::Scala => SCALA,
        Language::Python => PYTHON,
        Language::Sql => SQL,
        Language::R => R,
    };
    words.split_whitespace()
}

pub(super) fn is_sql_keyword(word: &str) -> bool {
    keywords(Language::Sql).any(|known| known.eq_ignore_ascii_case(word))
}
