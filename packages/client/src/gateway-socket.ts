/** A WebSocket as far as the client uses it: the platform's, and others that carry the same events. */
export interface GatewaySocket {
  addEventListener(type: "open", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "error", listener: (event: object) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** Opens a socket to an address. */
export type GatewaySocketConstructor = new (url: string) => GatewaySocket;
