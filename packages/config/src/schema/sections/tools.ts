import { z } from "zod";
import { mustExecutable, oneAllowList } from "../checks.ts";
import { type Fragments, toolProfileKeys } from "../fragments.ts";
import * as t from "../leaves.ts";

const webSearch = () =>
  z.strictObject({
    enabled: t.flag,
    provider: t.choice("brave", "perplexity", "grok"),
    apiKey: t.str,
    maxResults: t.intAbove0,
    timeoutSeconds: t.intAbove0,
    cacheTtlMinutes: t.numFrom0,
    perplexity: z.strictObject({ apiKey: t.str, baseUrl: t.str, model: t.str }).optional(),
    grok: z.strictObject({ apiKey: t.str, model: t.str, inlineCitations: t.flag }).optional(),
  });

const webFetch = () =>
  z.strictObject({
    enabled: t.flag,
    maxChars: t.intAbove0,
    maxCharsCap: t.intAbove0,
    timeoutSeconds: t.intAbove0,
    cacheTtlMinutes: t.numFrom0,
    maxRedirects: t.intFrom0,
    userAgent: t.str,
    readability: t.flag,
    firecrawl: z
      .strictObject({
        enabled: t.flag,
        apiKey: t.str,
        baseUrl: t.str,
        onlyMainContent: t.flag,
        maxAgeMs: t.intFrom0,
        timeoutSeconds: t.intAbove0,
      })
      .optional(),
  });

const media = (f: Fragments) =>
  z.strictObject({
    models: t.later(() => z.array(f.mediaModel())),
    concurrency: t.intAbove0,
    image: t.later(f.mediaCapability),
    audio: t.later(f.mediaCapability),
    video: t.later(f.mediaCapability),
  });

const links = (f: Fragments) =>
  z.strictObject({
    enabled: t.flag,
    scope: t.later(f.scope),
    maxLinks: t.intAbove0,
    timeoutSeconds: t.intAbove0,
    models: t.listOf(
      z.strictObject({
        type: t.choice("cli"),
        command: t.mustFilled,
        args: t.strList,
        timeoutSeconds: t.intAbove0,
      }),
    ),
  });

const message = () =>
  z.strictObject({
    allowCrossContextSend: t.flag,
    crossContext: z
      .strictObject({
        allowWithinProvider: t.flag,
        allowAcrossProviders: t.flag,
        marker: z.strictObject({ enabled: t.flag, prefix: t.str, suffix: t.str }).optional(),
      })
      .optional(),
    broadcast: z.strictObject({ enabled: t.flag }).optional(),
  });

/** `tools`: what agents may do, and how the tools behave. */
export const toolsSection = (f: Fragments) =>
  z
    .strictObject({
      ...toolProfileKeys,
      byProvider: t.laterMap(f.providerToolPolicy),
      web: z.strictObject({ search: t.later(webSearch), fetch: t.later(webFetch) }).optional(),
      media: t.later(() => media(f)),
      links: t.later(() => links(f)),
      message: t.later(message),
      agentToAgent: z.strictObject({ enabled: t.flag, allow: t.strList }).optional(),
      elevated: t.later(f.elevated),
      exec: f.exec().extend({ inheritSecrets: t.flag }).optional(),
      subagents: z.strictObject({ tools: t.later(f.toolPolicy) }).optional(),
      sandbox: z.strictObject({ tools: t.later(f.toolPolicy) }).optional(),
    })
    .superRefine(oneAllowList("tools"));

const mcpTools = () => z.strictObject({ allow: t.strList, deny: t.strList }).optional();

const mcpServer = () => {
  const tools = mcpTools();
  return z.union([
    z.strictObject({
      command: z.string().min(1).pipe(mustExecutable),
      args: t.strList,
      env: t.strMap,
      cwd: t.str,
      enabled: t.flag,
      tools,
    }),
    z.strictObject({
      url: z
        .string()
        .min(1)
        .regex(/^https?:\/\//i, "expected an http:// or https:// URL"),
      headers: t.strMap,
      enabled: t.flag,
      tools,
    }),
  ]);
};

/** `mcp`: servers of the Model Context Protocol whose tools agents may use. */
export const mcpSection = () =>
  z.strictObject({ servers: z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/), mcpServer()).optional() });
