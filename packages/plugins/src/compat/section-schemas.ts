import { builtInChannelSchema } from "@openclaw/config";
import type { z } from "zod";

// Channels of the reference release take the schemas of their sections from the SDK, by these names.

export const BlueBubblesConfigSchema: z.ZodType = builtInChannelSchema("bluebubbles");
export const GoogleChatConfigSchema: z.ZodType = builtInChannelSchema("googlechat");
export const MSTeamsConfigSchema: z.ZodType = builtInChannelSchema("msteams");
