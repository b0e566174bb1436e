//! Many questions at once: commands are sent ahead of the answers, which come in their order. Two questions for each of
//! thousands of files would else take as many round trips.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::connection::{Connection, within};
use super::fault::Fault;
use super::reply::Reply;

/// Commands that are on their way at most …
const MOST: usize = 256;
/// … and their bytes: whatever the server's system keeps for it, it takes these while it writes its answers.
const MOST_BYTES: usize = 16 * 1024;

/// After an answer that did not come, or makes no sense, questions are asked one by one for so long.
const CAUTION: Duration = Duration::from_hours(1);

/// Whether a server takes commands ahead of its answers. No standard says that it must.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    failed: Mutex<Option<Instant>>,
}

impl Ahead {
    fn works(&self) -> bool {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_none_or(|since| since.elapsed() > CAUTION)
    }

    /// The network may as well be to blame: one by one it is slower, and no less right.
    fn fails(&self) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

impl Connection {
    /// The answers to all commands, in their order. `fits` tells whether an answer can be one to its command: should one not,
    /// the server has lost its place.
    pub(crate) async fn ask(
        &mut self,
        commands: &[String],
        fits: impl Fn(&str, &Reply) -> bool,
    ) -> Result<Vec<Reply>, Fault> {
        let single_lines = commands.iter().all(|command| !command.chars().any(char::is_control));
        // What TLS carries can only be written through the library, which waits for each answer.
        let Some(ahead) = self.ahead.clone().filter(|ahead| single_lines && ahead.works()) else {
            let mut replies = Vec::with_capacity(commands.len());
            for command in commands {
                replies.push(self.command(command).await?);
            }
            return Ok(replies);
        };
        let answered = self.ask_ahead(commands, fits).await;
        if answered.is_err() {
            ahead.fails();
        }
        answered
    }

    async fn ask_ahead(
        &mut self,
        commands: &[String],
        fits: impl Fn(&str, &Reply) -> bool,
    ) -> Result<Vec<Reply>, Fault> {
        let mut replies = Vec::with_capacity(commands.len());
        let mut waiting: VecDeque<&str> = VecDeque::new();
        let (mut unsent, mut under_way) = (commands.iter().peekable(), 0);
        loop {
            // Not at each answer, so that what is sent goes in few packets.
            if waiting.len() <= MOST / 2 && under_way <= MOST_BYTES / 2 {
                let mut packet = String::new();
                while waiting.len() < MOST
                    && let Some(command) =
                        unsent.next_if(|next| under_way + next.len() < MOST_BYTES || waiting.is_empty())
                {
                    under_way += command.len() + 2;
                    packet.push_str(command);
                    packet.push_str("\r\n");
                    waiting.push_back(command);
                }
                self.send(packet.as_bytes()).await?;
            }
            let Some(command) = waiting.pop_front() else { return Ok(replies) };
            under_way -= command.len() + 2;
            let verb = command.split(' ').next().unwrap_or_default();
            // Expecting no code at all makes every answer come back whole.
            let reply = match within(self.limit, verb, self.ftp.read_response_in(&[])).await {
                Ok(response) => Reply::read(&response.body),
                Err(Fault::Refused(reply)) => reply,
                Err(fault) => return Err(fault),
            };
            if !fits(command, &reply) {
                return Err(Fault::Lost(format!("{verb}: the answer is none to what was asked ({reply})")));
            }
            replies.push(reply);
        }
    }

    async fn send(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        let lost = |error: std::io::Error| Fault::Lost(format!("sending: {error}"));
        let socket = self.ftp.get_ref().await;
        while !bytes.is_empty() {
            match timeout(self.limit, socket.writable()).await {
                Ok(ready) => ready.map_err(lost)?,
                Err(_) => return Err(Fault::Timeout("by taking what was asked".to_owned())),
            }
            match socket.try_write(bytes) {
                Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(lost(error)),
            }
        }
        Ok(())
    }
}
