/** A place somebody sent. */
export interface NormalizedLocation {
  latitude: number;
  longitude: number;
  /** Metres. */
  accuracy?: number;
  name?: string;
  address?: string;
  isLive?: boolean;
  source?: "pin" | "place" | "live";
  caption?: string;
}

function sourceOf({ source, isLive, name, address }: NormalizedLocation): "pin" | "place" | "live" {
  if (source !== undefined) return source;
  if (isLive) return "live";
  return name || address ? "place" : "pin";
}

/** A place in words, with six decimals; what was written beside it stands on the next line. */
export function formatLocationText(location: NormalizedLocation): string {
  const accuracy = location.accuracy === undefined ? "" : ` ±${Math.round(location.accuracy)}m`;
  const point = `${location.latitude.toFixed(6)}, ${location.longitude.toFixed(6)}${accuracy}`;
  const name = [location.name, location.address].filter(Boolean).join(" — ");
  const source = sourceOf(location);
  const words =
    source === "live" || location.isLive
      ? `🛰 Live location: ${point}`
      : source === "place" && name !== ""
        ? `📍 ${name} (${point})`
        : `📍 ${point}`;
  return location.caption ? `${words}\n${location.caption}` : words;
}

/** A place as the fields of an inbound message. */
export function toLocationContext(location: NormalizedLocation) {
  const source = sourceOf(location);
  return {
    LocationLat: location.latitude,
    LocationLon: location.longitude,
    LocationAccuracy: location.accuracy,
    LocationName: location.name,
    LocationAddress: location.address,
    LocationSource: source,
    LocationIsLive: location.isLive ?? source === "live",
  };
}
