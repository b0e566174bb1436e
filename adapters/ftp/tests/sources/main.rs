//! Both sources against real folders, an in-process FTP server, and servers that misbehave.

#[cfg(test)]
mod ahead;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod folder;
#[cfg(test)]
mod portable;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod removal;
#[cfg(test)]
mod support;
#[cfg(test)]
mod unftp;
