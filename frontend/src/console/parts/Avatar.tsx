import { hueOf, initials } from "../state/visitors";

export function Avatar(props: { id: string; name: string; size?: "s" | "m" | "l"; isOnline?: boolean }) {
  return (
    <span class={`avatar avatar-${props.size ?? "m"}`} style={{ "--hue": String(hueOf(props.id)) }} aria-hidden="true">
      {initials(props.name)}
      {props.isOnline && <span class="avatar-online" />}
    </span>
  );
}
