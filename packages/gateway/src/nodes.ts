/** What command lines and tools that work with nodes have in common. */
export { A2uiError, checkA2ui, textSurface } from "./nodes/a2ui-messages.ts";
export { findNode, type NameableNode } from "./nodes/find-node.ts";
export { type NodeMediaFile, type NodeMediaKind, saveNodeMedia } from "./nodes/node-media.ts";
