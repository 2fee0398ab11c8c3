import { useState } from "react";
import markUrl from "./mark.svg";
import { useAppHandle } from "./use-app.ts";

/** The assistant's picture: an image of this Gateway or a data URL, an emoji, a letter, else the product's mark. */
export function Avatar({ size = 32 }: { size?: number }) {
  const { assistantAvatar, assistantName } = useAppHandle().boot;
  const [broken, setBroken] = useState(false);
  const box = { width: size, height: size, fontSize: size * 0.55 };
  const isDefault = assistantName === "Assistant" && assistantAvatar === "A";

  const source = avatarImage(assistantAvatar);
  if ((source && !broken) || isDefault) {
    return (
      <img className="avatar" style={box} src={isDefault ? markUrl : source} alt="" onError={() => setBroken(true)} />
    );
  }
  const text = source ? assistantName : assistantAvatar;
  return (
    <span className="avatar" style={box} aria-hidden="true">
      {[...new Intl.Segmenter().segment(text)][0]?.segment ?? "A"}
    </span>
  );
}

/** The address of an avatar that is an image; the page loads images from its own Gateway and from data URLs only. */
function avatarImage(avatar: string): string | undefined {
  return /^data:image\//.test(avatar) || /^\/(?!\/)/.test(avatar) ? avatar : undefined;
}
