//! Programs that must not outlive the test that started them.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

/// Where `program` is: in the path, where Debian keeps servers, or where `scripts/setup` unpacks those of which a
/// machine can have but one (`target/servers`).
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let test = std::env::current_exe().expect("the test is a program");
    let target = test.ancestors().nth(3).expect("the test is in target/<profile>/deps");
    let unpacked = ["usr/sbin", "usr/bin"].map(|folder| target.join("servers").join(folder));
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from))
        .chain(unpacked)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Whether the tests run as root: then servers can change to another user, and files can be made unreadable to them.
pub(crate) fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| {
        let output = Command::new("id").arg("-u").output().expect("`id` runs");
        output.stdout.trim_ascii() == b"0"
    })
}

/// A port nobody listens on at this moment, and none that was given out before: several servers start at once. A program
/// outside may still take it the next: who starts a server tries again.
pub(crate) fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback has free ports");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        if GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

/// A running program; killed when dropped, and by the kernel when the test process dies.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
}

/// A command for `program` that the kernel kills together with the test process.
pub(crate) fn tied(program: impl AsRef<std::ffi::OsStr>) -> Command {
    if let Some(setpriv) = find("setpriv") {
        let mut command = Command::new(setpriv);
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

impl Running {
    /// Starts what [`tied`] made.
    pub(crate) fn spawn(command: Command) -> io::Result<Self> {
        spawn_from_keeper(command).map(|child| Self { child })
    }

    /// The program's process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("our own child can be waited for")
    }

    /// Waits for the end at most that long.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        loop {
            let status = self.ended();
            if status.is_some() || start.elapsed() > limit {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends a signal by its name (`TERM`, `INT`, `STOP`, …).
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let status = Command::new("sh").args(["-c", &kill]).status().expect("`sh` runs");
        assert!(status.success(), "{kill} failed");
    }

    /// Waits until something on the port greets or accepts; false once the program has ended instead.
    pub(crate) fn wait_for_port(&mut self, port: u16, limit: Duration) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let start = Instant::now();
        while self.ended().is_none() && start.elapsed() < limit {
            if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
                // The port may be another's: ours must have survived the attempt to take it.
                std::thread::sleep(Duration::from_millis(50));
                return self.ended().is_none();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

type Order = (Command, mpsc::Sender<io::Result<Child>>);

/// Spawns from a thread that lives as long as the process: the kernel's signal at the parent's death is sent at the
/// death of the *thread* that spawned, and a test's thread ends with the test while a shared server goes on.
fn spawn_from_keeper(command: Command) -> io::Result<Child> {
    static KEEPER: OnceLock<Mutex<mpsc::Sender<Order>>> = OnceLock::new();
    let keeper = KEEPER.get_or_init(|| {
        let (orders, inbox) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            for (mut command, reply) in inbox {
                let _ = reply.send(command.spawn());
            }
        });
        Mutex::new(orders)
    });
    let (reply, answer) = mpsc::channel();
    keeper.lock().unwrap().send((command, reply)).expect("the keeper never ends");
    answer.recv().expect("the keeper answers")
}
