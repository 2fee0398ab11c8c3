import { z } from "zod";
import { clientIds, clientModes } from "./clients.ts";
import { anything, flag, integer, nonEmpty, open, text, texts, timestamp } from "./fields.ts";
import { snapshot } from "./health.ts";
import { once } from "./once.ts";

/**
 * Parameters of `connect`: a closed object for every client. The fields of version 4 are accepted whatever range the
 * client announces.
 */
export const connectParams = z.lazy(() =>
  z.strictObject({
    minProtocol: integer(1),
    maxProtocol: integer(1),
    client: z.strictObject({
      id: z.enum(clientIds),
      version: nonEmpty(),
      platform: nonEmpty(),
      mode: z.enum(clientModes),
      displayName: nonEmpty().optional(),
      deviceFamily: nonEmpty().optional(),
      modelIdentifier: nonEmpty().optional(),
      instanceId: nonEmpty().optional(),
      buildId: nonEmpty().max(96).optional(),
      timeZone: nonEmpty().max(64).optional(),
    }),
    // A free text here: an unknown role is refused as `invalid role`, not as a parameter error.
    role: nonEmpty().optional(),
    scopes: z.array(nonEmpty()).optional(),
    caps: z.array(nonEmpty()).optional(),
    commands: z.array(nonEmpty()).optional(),
    permissions: z.record(nonEmpty(), flag()).optional(),
    pathEnv: text().optional(),
    computerUse: anything().optional(),
    workerRuns: anything().optional(),
    device: z
      .strictObject({
        id: nonEmpty(),
        publicKey: nonEmpty(),
        signature: nonEmpty(),
        signedAt: integer(0),
        nonce: nonEmpty().optional(),
      })
      .optional(),
    auth: z
      .strictObject({
        token: text().optional(),
        password: text().optional(),
        deviceToken: text().optional(),
        bootstrapToken: text().optional(),
        approvalRuntimeToken: text().optional(),
        agentRuntimeIdentityToken: text().optional(),
      })
      .optional(),
    locale: text().optional(),
    userAgent: text().optional(),
  }),
);
export type ConnectParams = z.output<typeof connectParams>;

/** Payload of `connect.challenge`, the first frame on every connection. */
export const connectChallenge = once(() =>
  open({ nonce: nonEmpty(), ts: timestamp(), capabilities: texts().optional() }),
);
export type ConnectChallenge = z.output<ReturnType<typeof connectChallenge>>;

/** Payload of a successful `connect`. Which fields a connection gets depends on its version. */
export const helloOk = z.lazy(() =>
  open({
    type: z.literal("hello-ok"),
    protocol: z.int(),
    server: open({
      version: nonEmpty(),
      connId: nonEmpty(),
      /** Version 3 only. */
      commit: nonEmpty().optional(),
      host: nonEmpty().optional(),
      /** Version 4 only. */
      buildId: nonEmpty().optional(),
      bootId: nonEmpty().optional(),
    }),
    features: open({
      methods: z.array(nonEmpty()),
      events: z.array(nonEmpty()),
      /** Version 4 only. */
      capabilities: texts().optional(),
    }),
    snapshot: snapshot(),
    /** Version 3 only. */
    canvasHostUrl: nonEmpty().optional(),
    /** Version 4 only. */
    pluginSurfaceUrls: z.record(z.string(), nonEmpty()).optional(),
    /** Version 3: only with a device. Version 4: always. */
    auth: open({
      method: z.enum(["token", "password", "tailscale", "device-token"]).optional(),
      role: nonEmpty(),
      scopes: texts(),
      deviceToken: nonEmpty().optional(),
      issuedAtMs: timestamp().optional(),
    }).optional(),
    policy: open({
      maxPayload: z.int().min(1),
      maxBufferedBytes: z.int().min(1),
      tickIntervalMs: z.int().min(1),
      /** Version 4 only. */
      attachments: open({ maxBytes: z.int(), maxImageBytes: z.int() }).optional(),
    }),
  }),
);
export type HelloOk = z.output<typeof helloOk>;
