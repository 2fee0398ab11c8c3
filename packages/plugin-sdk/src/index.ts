export type {
  Channel,
  ChannelAccount,
  ChannelContext,
  ChannelLog,
  ChannelMeta,
  Delivery,
  InboundAttachment,
  InboundChat,
  InboundMessage,
  TypingChat,
} from "./channel.ts";
export type { ContentBlock, ImageBlock, TextBlock, Tool, ToolContext, ToolResult } from "./tool.ts";
export { jsonResult, textResult } from "./tool.ts";
