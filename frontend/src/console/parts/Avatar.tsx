import { hueOf, initials } from "../../design/avatar";

interface AvatarProps {
  name: string;
  /** Of a visitor: their colour stays when the name changes. An agent's belongs to the name, as in the widget. */
  id?: string;
  size?: "s" | "m" | "l";
  isOnline?: boolean;
}

export function Avatar({ name, id = name, size = "m", isOnline }: AvatarProps) {
  return (
    <span class={`avatar avatar-${size}`} style={{ "--hue": String(hueOf(id)) }} aria-hidden="true">
      {initials(name)}
      {isOnline && <span class="avatar-online" />}
    </span>
  );
}
