// The views above the list: three that are always in sight, all others behind one button, each with its count.
import { signal } from "@preact/signals";
import { ChevronDownIcon } from "../../../design/icons";
import { countFilters } from "../../state/filters";
import { unseenMentions } from "../../state/mentions";
import { go, route } from "../../state/route";
import { me } from "../../state/session";
import { counts } from "../../state/tally";
import { hasOtherBrands, savedCounts, savedView, savedViews } from "../../state/views";
import { words } from "../../words";
import type { Dictionary } from "../../words/en";
import { compactCount } from "../../words/times";
import { isMerged, isView, type View, type ViewId } from "../../wire";
import { Menu, MenuChoice, MenuGroup, MenuItem } from "../Menu";

const SHOWN: readonly View[] = ["mine", "unassigned", "all"];
const HIDDEN: readonly View[] = ["mentions", "snoozed", "closed"];

export const isSavingView = signal(false);
export const isManagingViews = signal(false);

function viewName(view: ViewId, say: Dictionary): string {
  if (isView(view)) return say[view];
  return isMerged(view) ? say.allBrands : savedView(view)?.name ?? say.savedViews;
}

export function Views() {
  const say = words.value;
  const { view } = route.value;
  return (
    <nav class="views" aria-label={say.views}>
      {SHOWN.map((one) => (
        <button type="button" key={one} class="view" aria-current={view === one ? "true" : undefined} onClick={() => go({ view: one })}>
          <span>{say[one]}</span>
          <span class={`view-count${one === "unassigned" && counts.value.unassigned ? " is-calling" : ""}`}>
            {compactCount(counts.value[one])}
          </span>
        </button>
      ))}
      <MoreViews view={view} />
    </nav>
  );
}

function MoreViews({ view }: { view: ViewId }) {
  const say = words.value;
  const isHere = !(SHOWN as readonly string[]).includes(view);
  const name = isHere ? viewName(view, say) : say.bulkMore;
  const news = unseenMentions.value;
  const button = (
    <>
      <span class="view-name">{name}</span>
      {!isHere && news > 0 && <span class="view-count is-calling">{compactCount(news)}</span>}
      <ChevronDownIcon />
    </>
  );
  return (
    <div class={`view view-more${isHere ? " is-current" : ""}`} aria-current={isHere ? "true" : undefined}>
      <Menu label={isHere ? `${say.moreViews}: ${name}` : say.moreViews} place="below-end" buttonClass="view-button" button={button}>
        <MenuGroup label={say.views}>
          {HIDDEN.map((one) => <ViewChoice key={one} id={one} name={say[one]} count={one === "mentions" ? news : counts.value[one]} isChosen={view === one} />)}
          {hasOtherBrands.value && <ViewChoice id="brands" name={say.allBrands} isChosen={isMerged(view)} />}
        </MenuGroup>
        {savedViews.value.length > 0 && (
          <MenuGroup label={say.savedViews}>
            {savedViews.value.map((one) => (
              <ViewChoice key={one.id} id={one.id} name={one.name} count={savedCounts.value[one.id] ?? 0} isChosen={view === one.id} />
            ))}
          </MenuGroup>
        )}
        <div class="menu-group" role="group">
          {canSave() && <MenuItem onChoose={() => (isSavingView.value = true)}>{say.saveView} …</MenuItem>}
          <MenuItem onChoose={() => (isManagingViews.value = true)}>{say.manageViews} …</MenuItem>
        </div>
      </Menu>
    </div>
  );
}

/** What is filtered can be kept, from any view whose rows can be said by filters. */
export const canSave = (): boolean => {
  const { view, filters } = route.value;
  return countFilters(filters) > 0 && !isMerged(view) && view !== "mentions" && me.value !== null;
};

function ViewChoice({ id, name, count, isChosen }: { id: ViewId; name: string; count?: number; isChosen: boolean }) {
  return (
    <MenuChoice isChosen={isChosen} onChoose={() => go({ view: id })}>
      <span class="view-choice">
        <span class="view-choice-name">{name}</span>
        {count !== undefined && count > 0 && <span class="view-count">{compactCount(count)}</span>}
      </span>
    </MenuChoice>
  );
}
