import type { Readable } from "node:stream";
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { createParser } from "eventsource-parser";
import { asFetchError } from "../http-exchange.ts";

/** What makes parts of the events of one answer. */
export interface EventReader {
  /** Takes the data of one event. True when nothing more is to be read. Throws when it cannot be read. */
  take(data: string): boolean;
  /** The parts at the end of an orderly answer; undefined when it broke off. */
  end(): LanguageModelV4StreamPart[] | undefined;
}

/** Cuts the bytes of an answer into events and hands on the data of each. */
export type EventDecoder = (onEvent: (data: string) => void) => {
  feed(bytes: Uint8Array): void;
  /** Called when no more bytes come: the last event may lack its end. */
  finish(): void;
};

const serverSentEvents: EventDecoder = (onEvent) => {
  const text = new TextDecoder();
  const parser = createParser({ onEvent: ({ data }) => onEvent(data) });
  return {
    feed: (bytes) => parser.feed(text.decode(bytes, { stream: true })),
    finish: () => parser.feed("\n\n"),
  };
};

/** So many parts may wait for their reader before the connection is told to pause. */
const maxWaiting = 256;

/**
 * The parts of an answer that arrives as events, server-sent ones unless `decoder` says otherwise. One stream and no
 * transformations in between: of what a turn costs here, chained web streams were a quarter. However it goes, the stream
 * ends with `finish` or with `error`.
 */
export function partsOfEvents(
  body: Readable,
  options: {
    createReader: (push: (part: LanguageModelV4StreamPart) => void) => EventReader;
    brokeOff: () => Error;
    signal?: AbortSignal | undefined;
    decoder?: EventDecoder;
  },
): ReadableStream<LanguageModelV4StreamPart> {
  let ended = false;
  let feed: (bytes: Uint8Array) => void = () => {};

  const pump = (controller: ReadableStreamDefaultController<LanguageModelV4StreamPart>) => {
    while (!ended && (controller.desiredSize ?? 0) > -maxWaiting) {
      const bytes: Buffer | null = body.read();
      if (bytes === null) return;
      feed(bytes);
    }
  };

  return new ReadableStream<LanguageModelV4StreamPart>(
    {
      start(controller) {
        const end = (last: readonly LanguageModelV4StreamPart[]) => {
          if (ended) return;
          ended = true;
          for (const part of last) controller.enqueue(part);
          controller.close();
        };
        const onReadable = () => pump(controller);
        let refused = false;
        const reader = options.createReader((part) => {
          refused ||= part.type === "error";
          controller.enqueue(part);
        });
        const finish = () => {
          if (!ended) end(reader.end() ?? [{ type: "error", error: options.brokeOff() }]);
        };
        const breakOff = () => {
          if (ended) return;
          ended = true;
          controller.error(asFetchError(body.errored ?? new Error("other side closed"), options.signal));
        };
        const onEvent = (data: string) => {
          if (ended) return;
          if (!reader.take(data)) return;
          if (refused) end([]);
          else finish();
          // The rest is read to its end, so that the connection can be used again.
          body.off("readable", onReadable);
          body.resume();
        };
        const decoder = (options.decoder ?? serverSentEvents)(onEvent);
        const orRefuse = (step: () => void) => {
          try {
            step();
          } catch (error) {
            // Half an event, or no event at all: what comes after it cannot be trusted either.
            end([{ type: "error", error }]);
            body.destroy();
          }
        };
        feed = (bytes) => orRefuse(() => decoder.feed(bytes));
        controller.enqueue({ type: "stream-start", warnings: [] });
        body.on("readable", onReadable);
        body.on("end", () => {
          if (!ended) orRefuse(() => decoder.finish());
          finish();
        });
        // A connection that was cut in the middle closes without an `end`.
        body.on("close", breakOff);
        body.on("error", () => {
          // `close` follows and tells the reader.
        });
      },
      pull: pump,
      cancel() {
        ended = true;
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
