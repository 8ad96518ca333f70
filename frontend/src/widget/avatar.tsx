// Initials on a colour that stays with the name, or the brand's mark.
import { hueOf, initials } from "../design/avatar";

export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" style={{ "--hue": String(hueOf(name)) }} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

export function BrandMark({ name }: { name: string }) {
  return (
    <span class="mark" aria-hidden="true">
      {initials(name).slice(0, 1)}
    </span>
  );
}
