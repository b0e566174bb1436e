//! Room on disk for what does not fit into memory: files without a name in the system's folder for temporary files, which
//! the system removes when they are closed, however the program ends.

use async_trait::async_trait;
use atelier_application::ports::scratch::{Scratch, ScratchError, Sheet};
use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

/// Temporary files.
#[derive(Debug, Clone, Copy, Default)]
pub struct TemporaryFiles;

/// A temporary file.
#[derive(Debug)]
struct TemporaryFile {
    file: File,
    length: u64,
}

fn failed(cause: &std::io::Error) -> ScratchError {
    ScratchError(format!(
        "The temporary folder {} cannot be used ({cause}): make room on its disk, or set TMPDIR to another folder.",
        std::env::temp_dir().display()
    ))
}

#[async_trait]
impl Scratch for TemporaryFiles {
    async fn sheet(&self) -> Result<Box<dyn Sheet>, ScratchError> {
        let file = tempfile::tempfile().map_err(|cause| failed(&cause))?;
        Ok(Box::new(TemporaryFile { file: File::from_std(file), length: 0 }))
    }
}

#[async_trait]
impl Sheet for TemporaryFile {
    async fn append(&mut self, bytes: &[u8]) -> Result<(), ScratchError> {
        let written = async {
            self.file.seek(SeekFrom::Start(self.length)).await?;
            self.file.write_all(bytes).await?;
            self.file.flush().await
        };
        written.await.map_err(|cause| failed(&cause))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, ScratchError> {
        let left = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(left)];
        let read = async {
            self.file.seek(SeekFrom::Start(offset)).await?;
            self.file.read_exact(&mut bytes).await
        };
        read.await.map_err(|cause| failed(&cause))?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_was_added_is_read_again_in_any_order() {
        let mut sheet = TemporaryFiles.sheet().await.unwrap();
        assert_eq!(sheet.read(0, 9).await.unwrap(), b"");
        sheet.append(b"0123").await.unwrap();
        assert_eq!(sheet.read(2, 9).await.unwrap(), b"23");
        sheet.append(b"4567").await.unwrap();
        assert_eq!(sheet.read(3, 3).await.unwrap(), b"345");
        assert_eq!(sheet.read(8, 1).await.unwrap(), b"");
        assert_eq!(sheet.read(99, 1).await.unwrap(), b"");
    }
}
