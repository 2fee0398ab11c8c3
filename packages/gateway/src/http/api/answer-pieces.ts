/**
 * Hands an answer out in pieces while it is written. Joined, they are the text that is shown in the end: the messages of
 * the run, a blank line between them, without blanks at either end.
 */
export interface AnswerPieces {
  /** Takes what was added to the message that is being written; `text` is all of it. */
  update(text: string, delta: string): void;
  /** Hands out what is left of the final text. */
  finish(text: string): void;
}

export function createAnswerPieces(onPiece: (piece: string) => void): AnswerPieces {
  let sent = "";
  /** Blanks that come only if something follows them. */
  let held = "";
  let begun = false;

  const send = (piece: string) => {
    if (piece === "") return;
    sent += piece;
    onPiece(piece);
  };

  return {
    update(text, delta) {
      // A text that is all new begins another message.
      if (text === delta) {
        held = sent === "" ? "" : "\n\n";
        begun = false;
      }
      const added = begun ? delta : delta.trimStart();
      if (added === "") return;
      begun = true;
      const piece = held + added;
      const shown = piece.trimEnd();
      held = piece.slice(shown.length);
      send(shown);
    },
    finish(text) {
      if (text.startsWith(sent)) send(text.slice(sent.length));
      // What went out cannot be taken back: a model that was asked again has written something else.
      else send(`\n\n${text}`);
    },
  };
}
