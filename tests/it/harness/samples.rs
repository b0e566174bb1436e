//! The sample logs with the results an independent implementation found in them (`data/samples/README.md`), and folders
//! of them for an FTP server to serve.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// A file or folder of the samples.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples").join(name)
}

/// The bytes of a sample.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap_or_else(|error| panic!("sample {name}: {error}"))
}

/// A sample of JSON.
pub(crate) fn json(name: &str) -> Value {
    serde_json::from_slice(&bytes(name)).unwrap_or_else(|error| panic!("sample {name}: {error}"))
}

/// A temporary folder that any server may read, and write in its sub-folders, whatever user it runs as.
#[derive(Debug)]
pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    /// An empty one.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("atelier-logs-").tempdir().unwrap();
        // vsftpd refuses a root that its user may write to.
        allow(folder.path(), 0o755);
        Self { folder }
    }

    /// A copy of a folder of the samples.
    pub(crate) fn of(sample: &str) -> Self {
        let tree = Self::empty();
        copy(&path(sample), tree.path());
        tree
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, in folders made as needed.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        let file = self.path().join(name);
        let mut folder = self.path().to_owned();
        for part in Path::new(name).parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            if !folder.exists() {
                fs::create_dir(&folder).unwrap();
                allow(&folder, 0o777);
            }
        }
        fs::write(&file, bytes).unwrap();
        allow(&file, 0o666);
    }

    /// Changes the rights on a file or folder.
    pub(crate) fn chmod(&self, name: &str, mode: u32) {
        allow(&self.path().join(name), mode);
    }
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            allow(&target, 0o777);
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
            allow(&target, 0o666);
        }
    }
}
