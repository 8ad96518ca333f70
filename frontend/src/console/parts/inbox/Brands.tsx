// Over all brands: whose conversations are shown, and which brand could not be read.
import { RefreshIcon } from "../../../design/icons";
import { failedBrands, mergedCounts } from "../../state/brands";
import { loadListing, type Listing } from "../../state/inbox";
import { go } from "../../state/route";
import { me } from "../../state/session";
import { words } from "../../words";
import { compactCount } from "../../words/times";
import { MERGED, type MergedId } from "../../wire";

const SHOWN: readonly MergedId[] = ["brands-mine", "brands-unassigned", "brands"];

export function BrandViews({ view }: { view: MergedId }) {
  const say = words.value;
  const counts = mergedCounts.value;
  return (
    <nav class="brand-views" aria-label={say.allBrands}>
      {SHOWN.map((one) => (
        <button type="button" key={one} class="brand-view" aria-current={view === one ? "true" : undefined} onClick={() => go({ view: one })}>
          {say[MERGED[one]]}
          {counts && <span class="view-count">{compactCount(counts[MERGED[one]])}</span>}
        </button>
      ))}
    </nav>
  );
}

export function FailedBrands({ listing }: { listing: Listing }) {
  const say = words.value;
  const names = failedBrands.value.map((slug) => me.value?.brands.find((brand) => brand.slug === slug)?.name ?? slug);
  return (
    <div role="status">
      {names.length > 0 && (
        <div class="brands-failed">
          <span>{say.brandsFailed(names.join(say.listComma))}</span>
          <button type="button" class="link" onClick={() => void loadListing(listing, undefined, true)}>
            <RefreshIcon />
            {say.retry}
          </button>
        </div>
      )}
    </div>
  );
}
