//! The thread that holds the confined child and puts one question after another to it. A child ends with the thread that
//! started it, so this one lives as long as the review.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::oneshot;

use super::show::{Question, Show};
use crate::contain::Call;
use crate::error::{Error, Result};

type Answer = Result<(Value, Vec<u8>)>;

/// How far the footage is opened.
#[derive(Debug, Clone)]
pub enum Stage {
    /// None is chosen.
    None,
    /// It is being read.
    Reading,
    /// It can be asked about; this is what there is to know of it.
    Ready(Arc<Value>),
    /// It cannot be read, or the child has come to grief.
    Failed(Error),
}

/// A question, and where its answer goes.
type Asked = (Question, oneshot::Sender<Answer>);

/// The way to the child.
pub struct Projector {
    stage: Arc<Mutex<Stage>>,
    questions: Mutex<Option<Sender<Asked>>>,
}

impl Projector {
    /// Without footage.
    pub fn new() -> Self {
        Self { stage: Arc::new(Mutex::new(Stage::None)), questions: Mutex::new(None) }
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens footage in a child of its own; what was open before is closed. `ready` is told what the child
    /// found on opening it before anybody else is, and `refused` that it cannot be opened.
    pub fn open(
        &self,
        show: Show,
        ready: impl FnOnce(&Value) -> Result<()> + Send + 'static,
        refused: impl FnOnce() + Send + 'static,
    ) {
        let (ask, asked) = channel();
        let stage = Arc::clone(&self.stage);
        set(&stage, Stage::Reading);
        *self.questions.lock().unwrap_or_else(PoisonError::into_inner) = Some(ask);
        std::thread::spawn(move || match run(&show, ready, refused, &stage, &asked) {
            Ok(()) => {}
            Err(e) => set(&stage, Stage::Failed(e)),
        });
    }

    /// Asks.
    ///
    /// # Errors
    /// The answer's own; `Failed` when nothing is open.
    pub async fn ask(&self, question: Question) -> Answer {
        let closed = || match self.stage() {
            Stage::Failed(e) => e,
            _ => Error::failed("no footage is open"),
        };
        let (reply, answer) = oneshot::channel();
        let sender = self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(closed)?;
        sender.send((question, reply)).map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

fn set(stage: &Mutex<Stage>, new: Stage) {
    *stage.lock().unwrap_or_else(PoisonError::into_inner) = new;
}

fn run(
    show: &Show,
    ready: impl FnOnce(&Value) -> Result<()>,
    refused: impl FnOnce(),
    stage: &Mutex<Stage>,
    asked: &Receiver<Asked>,
) -> Result<()> {
    let opened = Call::open(show).and_then(|(call, opening)| ready(&opening).map(|()| (call, opening)));
    let (mut call, mut opening) = opened.inspect_err(|_| refused())?;
    set(stage, Stage::Ready(Arc::new(opening["footage"].take())));
    while let Ok((question, reply)) = asked.recv() {
        // The page has moved on, and wants another frame by now.
        if reply.is_closed() {
            continue;
        }
        let answer = call.ask(&question);
        let over = answer.is_err() && call.is_over();
        if let (true, Err(e)) = (over, &answer) {
            set(stage, Stage::Failed(e.clone()));
        }
        drop(reply.send(answer));
        if over {
            break;
        }
    }
    Ok(())
}
