import type { ChannelHttp, ChannelLog } from "@openclaw/plugin-sdk";
import { HTTPReceiver, type Receiver } from "@slack/bolt";
import { libraryLogger } from "./slack-api.ts";

/** Events that Slack posts to the Gateway's own HTTP server. */
export interface HttpEvents {
  receiver: Receiver;
  /** Takes requests from now on. Returns how to stop. @throws ChannelError when another account has the path */
  open(http: ChannelHttp): () => void;
}

/** Signatures are checked by the library, before anything is read. */
export function createHttpEvents(options: { signingSecret: string; path: string; log: ChannelLog }): HttpEvents {
  const receiver = new HTTPReceiver({
    signingSecret: options.signingSecret,
    endpoints: [options.path],
    logger: libraryLogger(options.log),
  });
  return {
    receiver,
    open: (http) =>
      http.route(options.path, async (request, response) => {
        if (request.method !== "POST") {
          response.writeHead(405, { allow: "POST" }).end();
          return;
        }
        const answered = new Promise<void>((resolve) => response.once("close", resolve));
        receiver.requestListener(request, response);
        await answered;
      }),
  };
}
