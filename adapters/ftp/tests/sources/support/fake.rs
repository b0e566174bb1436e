//! A small FTP server whose misbehaviour is a setting.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves. The default is a decent old server: no `FEAT`, no `MLSD`.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one way to misbehave")]
pub(crate) struct Fake {
    /// Path from the root, with `/` before it, and content.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Never greets.
    pub(crate) silent: bool,
    /// Greets with this instead.
    pub(crate) greeting: Option<&'static str>,
    /// Answers this to the password.
    pub(crate) login: Option<&'static str>,
    /// Advertises `MLSD`, then refuses it.
    pub(crate) false_machine_listing: bool,
    /// Sends at most this many bytes of a transfer.
    pub(crate) cut_at: Option<usize>,
    /// Says this after a transfer; nothing ever, when empty.
    pub(crate) after: Option<&'static str>,
    /// Says this size of every file.
    pub(crate) size: Option<u64>,
    /// Knows no `REST`.
    pub(crate) no_rest: bool,
    /// Says this to `NLST` in an empty folder.
    pub(crate) empty: Option<&'static str>,
    /// Never answers `CWD` to this folder.
    pub(crate) dead_folder: Option<&'static str>,
    /// Lines more in every list of names.
    pub(crate) odd_names: Vec<Vec<u8>>,
    /// Closes the control connection after this many commands.
    pub(crate) commands: Option<usize>,
    /// Refuses every transfer of a file.
    pub(crate) locked: bool,
    /// Lists `.` and `..` when asked for everything.
    pub(crate) dotted: bool,
    /// Lists nothing of this folder, without a word.
    pub(crate) closed_folder: Option<&'static str>,
    /// Says this to `DELE`, and deletes if it says so; nothing ever, when empty.
    pub(crate) delete: Option<&'static str>,
    /// Says this to `MDTM`.
    pub(crate) date: Option<&'static str>,
    /// What was deleted.
    pub(crate) deleted: Arc<Mutex<BTreeSet<String>>>,
    /// Answers this to a command of this verb instead of doing it.
    pub(crate) refuses: Option<(&'static str, &'static str)>,
    /// Throws away what was sent ahead of its answer.
    pub(crate) deaf: bool,
    /// Never answers this command.
    pub(crate) skips: Option<&'static str>,
    /// Offers `MLSD`, and says this to it in every folder.
    pub(crate) machine_listing: Option<&'static [u8]>,
    /// Says sizes that grow by one with each answer.
    pub(crate) growing: bool,
    /// Connections so far, and every command.
    pub(crate) seen: Arc<Mutex<(usize, Vec<String>)>>,
}

impl Fake {
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let files = files.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect();
        Self { files, ..Self::default() }
    }

    /// Begins to listen and returns the port.
    pub(crate) async fn start(self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                self.seen.lock().unwrap().0 += 1;
                let fake = self.clone();
                tokio::spawn(async move { fake.serve(socket).await });
            }
        });
        port
    }

    async fn serve(self, socket: TcpStream) -> Option<()> {
        let mut control = BufReader::new(socket);
        if self.silent {
            let mut line = String::new();
            control.read_line(&mut line).await.ok()?;
        }
        say(&mut control, self.greeting.unwrap_or("220 ready")).await?;
        let (mut data, mut folder, mut offset) = (None, String::new(), 0);
        for count in 0.. {
            let mut line = String::new();
            if self.commands.is_some_and(|most| count >= most) || control.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end_matches(['\r', '\n']);
            self.seen.lock().unwrap().1.push(line.to_owned());
            if self.deaf {
                let ahead = control.buffer().len();
                control.consume(ahead);
            }
            let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
            match verb {
                _ if self.skips == Some(line) => {}
                _ if self.refuses.is_some_and(|(refused, _)| refused == verb) => {
                    data = None;
                    say(&mut control, self.refuses.unwrap().1).await?;
                }
                "USER" => say(&mut control, "331 password?").await?,
                "PASS" => say(&mut control, self.login.unwrap_or("230 in")).await?,
                "TYPE" | "NOOP" => say(&mut control, "200 fine").await?,
                "MLSD" if self.machine_listing.is_some() => {
                    let listing = self.machine_listing.unwrap();
                    self.send(&mut control, &mut data, listing, "226 done").await?;
                }
                "FEAT" if self.false_machine_listing || self.machine_listing.is_some() => {
                    say(&mut control, "211-Features\r\n MLST type*;\r\n211 End").await?;
                }
                "PWD" => say(&mut control, &format!("257 \"{folder}/\"")).await?,
                "CWD" if self.dead_folder == Some(argument) => {}
                "CWD" if self.is_folder(argument) => {
                    argument.trim_end_matches('/').clone_into(&mut folder);
                    say(&mut control, "250 there").await?;
                }
                "SIZE" | "MDTM" | "RETR" | "DELE"
                    if !self.files.contains_key(argument) || self.deleted.lock().unwrap().contains(argument) =>
                {
                    say(&mut control, "550 no such file").await?;
                }
                "SIZE" => {
                    let asked = self.seen.lock().unwrap().1.iter().filter(|seen| seen.as_str() == line).count();
                    let size = self.size.unwrap_or(self.files[argument].len() as u64);
                    let size = if self.growing { size + asked as u64 } else { size };
                    say(&mut control, &format!("213 {size}")).await?;
                }
                "MDTM" => say(&mut control, self.date.unwrap_or("213 20250528060211")).await?,
                "DELE" => {
                    let answer = self.delete.unwrap_or("250 gone");
                    if answer.is_empty() || answer.starts_with('2') {
                        self.deleted.lock().unwrap().insert(argument.to_owned());
                    }
                    if answer.is_empty() {
                        return None;
                    }
                    say(&mut control, answer).await?;
                }
                "REST" if !self.no_rest => {
                    offset = argument.parse().ok()?;
                    say(&mut control, "350 then?").await?;
                }
                "PASV" => {
                    let listener = TcpListener::bind("127.0.0.1:0").await.ok()?;
                    let port = listener.local_addr().ok()?.port();
                    // A wrong address, as from behind a NAT.
                    say(&mut control, &format!("227 here (192,0,2,1,{},{})", port / 256, port % 256)).await?;
                    data = Some(listener);
                }
                "NLST" => {
                    let names = self.names(&folder, argument == "-a");
                    if let (true, Some(empty)) = (names.is_empty(), self.empty) {
                        data = None;
                        say(&mut control, empty).await?;
                    } else {
                        self.send(&mut control, &mut data, &names, "226 done").await?;
                    }
                }
                "RETR" if self.locked => {
                    data = None;
                    say(&mut control, "550 locked").await?;
                }
                "RETR" => {
                    let content = &self.files[argument];
                    let rest = &content[offset.min(content.len())..];
                    let rest = &rest[..self.cut_at.unwrap_or(rest.len()).min(rest.len())];
                    offset = 0;
                    self.send(&mut control, &mut data, rest, self.after.unwrap_or("226 done")).await?;
                }
                "CWD" => say(&mut control, "550 no such folder").await?,
                _ => say(&mut control, "502 not here").await?,
            }
        }
        None
    }

    async fn send(
        &self,
        control: &mut BufReader<TcpStream>,
        data: &mut Option<TcpListener>,
        bytes: &[u8],
        after: &str,
    ) -> Option<()> {
        say(control, "150 here it comes").await?;
        let (mut data, _) = data.take()?.accept().await.ok()?;
        data.write_all(bytes).await.ok()?;
        data.shutdown().await.ok()?;
        drop(data);
        if after.is_empty() { std::future::pending().await } else { say(control, after).await }
    }

    fn is_folder(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        self.files.keys().any(|file| file.starts_with(&below))
    }

    /// Names in a folder. A file named `.keep` makes an empty one.
    fn names(&self, folder: &str, all: bool) -> Vec<u8> {
        if self.closed_folder == Some(folder) {
            return Vec::new();
        }
        let below = format!("{folder}/");
        let parts = self.files.keys().filter_map(|file| file.strip_prefix(&below)?.split('/').next());
        let mut names: Vec<_> = parts.filter(|name| *name != ".keep").map(|name| name.as_bytes().to_vec()).collect();
        names.dedup();
        if all && self.dotted {
            names.push(b".".to_vec());
        }
        names.extend(self.odd_names.iter().cloned());
        names.into_iter().flat_map(|name| [name, b"\r\n".to_vec()].concat()).collect()
    }
}

async fn say(control: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    control.write_all(format!("{line}\r\n").as_bytes()).await.ok()
}
