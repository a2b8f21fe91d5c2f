//! A group of packages that is named to be deleted and never is.
//!
//! ## Why
//! `apk add --virtual .build-deps gcc musl-dev` gives the compilers a name, so that one `apk del .build-deps` takes them
//! out when the program is built. Without that, in the same RUN, they stay in the image.
//!
//! ## Example
//! ```dockerfile,bad
//! FROM alpine:3.22
//! RUN apk add --no-cache --virtual .build-deps gcc musl-dev \
//!     && wget -O- https://example.com/tool.tar.gz | tar xz && make -C tool install
//! ```
//! ```dockerfile,good
//! FROM alpine:3.22
//! RUN apk add --no-cache --virtual .build-deps gcc musl-dev \
//!     && wget -O- https://example.com/tool.tar.gz | tar xz && make -C tool install \
//!     && apk del .build-deps
//! ```
//!
//! ## Fix
//! None: up to where the packages are needed, the file does not say.
//!
//! ## Sources
//! apk-add(8), `--virtual`; parfum, `apkAddCheckVirtual`.

use crate::finding::Severity;
use crate::ir::Command;
use crate::rules::{Context, Meta, Sink};

pub const META: Meta = Meta {
    name: "size/virtual-package-kept",
    severity: Severity::Info,
    aliases: &["apkAddCheckVirtual"],
    ..Meta::on_by_default()
};

pub fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let apk: Vec<&Command<'_>> = cx
        .commands
        .package_managers()
        .filter(|(command, apk)| apk.manager.name == "apk" && cx.shapes_final_image(command.step))
        .map(|(command, _)| command)
        .collect();
    for (at, command) in apk.iter().enumerate() {
        let flag = command.manager.as_ref().and_then(|apk| apk.flag("-t --virtual"));
        let Some(word) = flag.and_then(|flag| flag.value).and_then(|value| command.words.get(value.word)) else {
            continue;
        };
        let Some(name) = word.value.map(|value| value.rsplit('=').next().unwrap_or(value)) else { continue };
        if is_for_the_build(name) && !apk[at..].iter().any(|later| may_delete(later, name)) {
            sink.report(word.span, format!("`{name}` is never deleted, so all its packages stay in the image"))
                .help(format!("end the RUN with `apk del {name}`"));
        }
    }
}

/// Whether the name says that the packages are for the build only.
fn is_for_the_build(name: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
    name.starts_with('.') && says(&["build", "dep", "fetch", "tmp"]) && !says(&["run", "persist"])
}

fn may_delete(command: &Command<'_>, name: &str) -> bool {
    command.has_argument("del") && command.words.iter().any(|word| word.value.is_none_or(|value| value == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::harness::*;

    #[test]
    fn a_group_that_nothing_deletes_is_reported() {
        fires!("RUN apk add -t «.build-deps» gcc && make\n");
        fires!("RUN apk add --virtual «.fetch-deps» curl && apk del .build-deps\n");
    }

    #[test]
    fn a_group_that_is_deleted_or_meant_to_stay_is_fine() {
        silent!("RUN apk add --virtual .build-deps gcc\nRUN make && apk del --no-network .build-deps\n");
        silent!("RUN apk add --virtual .build-deps gcc && apk del $GROUPS\n");
        silent!("RUN apk add --virtual .run-deps libpq && apk add -t .persistent-deps git\n");
    }

    #[test]
    fn a_build_stage_may_keep_it() {
        silent!("FROM alpine AS a\nRUN apk add --virtual .build-deps gcc\nFROM alpine\nCOPY --from=a /b /b\n");
    }
}
