// In the composer's place while a supervisor looks on: a slip of the finger must not answer for somebody else.
import { EyeIcon, PencilIcon, TakeIcon } from "../../design/icons";
import { take } from "../state/actions";
import { busy } from "../state/busy";
import { go, route } from "../state/route";
import { isSupervisor, myId } from "../state/session";
import { wantToWrite } from "../state/shortcuts";
import { words } from "../words";
import type { Row } from "../wire";

export const isWatching = (row: Row): boolean =>
  route.value.watch && isSupervisor.value && row.status !== "closed" && row.agent?.id !== myId.value;

export function WatchBar({ row }: { row: Row }) {
  const say = words.value;
  return (
    <div class="closed-bar watch-bar">
      <EyeIcon />
      <span>{row.agent ? say.watching(row.agent.name) : say.watchingWaiting}</span>
      <button type="button" class="button" onClick={() => writeNote(row.id)}>
        <PencilIcon />
        {say.watchJoin}
      </button>
      <button type="button" class="button button-primary" disabled={busy.value.has(row.id)} onClick={() => void take(row)}>
        <TakeIcon />
        {row.agent ? say.takeOver : say.take}
      </button>
    </div>
  );
}

/** The composer comes in place of this bar, and takes the wish up when it is there. */
function writeNote(conversation: string): void {
  go({ conversation });
  requestAnimationFrame(() => wantToWrite("note"));
}
