/** Queries for the cursor's position, and what a terminal with the cursor at the top left answers. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the queries are escape sequences
const query = /\u001b\[\??6n/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the queries are escape sequences
const beginOfQuery = /\u001b(?:\[(?:\??6?)?)?$/;
const answer = "\u001b[1;1R";

/** Takes cursor position queries out of a terminal's output and answers them. */
export interface CursorQueryFilter {
  /** The output without queries. A query cut between two pieces is recognised. */
  pass(data: string): string;
  /** What was held back because it looked like the beginning of a query. */
  rest(): string;
}

export function createCursorQueryFilter(reply: (answer: string) => void): CursorQueryFilter {
  let held = "";
  return {
    pass(data) {
      const text = (held + data).replace(query, () => {
        reply(answer);
        return "";
      });
      const cut = text.search(beginOfQuery);
      held = cut < 0 ? "" : text.slice(cut);
      return cut < 0 ? text : text.slice(0, cut);
    },
    rest() {
      const last = held;
      held = "";
      return last;
    },
  };
}
