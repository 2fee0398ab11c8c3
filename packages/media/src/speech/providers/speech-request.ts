/** A provider that did not speak. The message says why, without a key. */
export class SpeechRequestError extends Error {
  override readonly name = "SpeechRequestError";
}

const shownChars = 300;

/** The sound of an answer. @throws SpeechRequestError */
export async function readSound(response: Response): Promise<Buffer> {
  if (!response.ok) {
    const body = (await response.text()).trim().slice(0, shownChars);
    throw new SpeechRequestError(`HTTP ${response.status}${body === "" ? "" : `: ${body}`}`);
  }
  const type = response.headers.get("content-type") ?? "";
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length === 0) throw new SpeechRequestError("the answer is empty");
  if (/^(text\/|application\/json)/i.test(type)) throw new SpeechRequestError(`the answer is ${type}, no sound`);
  return bytes;
}
