// The list over all brands of the account: its pages as this brand's rows are, how many each view holds, who failed.
import { batch, signal } from "@preact/signals";
import { fetchMerged } from "../api";
import { MERGED, type MergedId, type MergedPage, type Row } from "../wire";
import { me, myId } from "./session";

type MergedView = (typeof MERGED)[MergedId];

/** Over all brands that answered. */
export const mergedCounts = signal<Record<MergedView, number> | null>(null);
/** Slugs of brands that could not be read the last time: their rows are those of before, or missing. */
export const failedBrands = signal<readonly string[]>([]);

export async function fetchAllBrands(
  view: MergedId,
  options: { q?: string; cursor?: string | null; limit?: number },
  abort?: AbortSignal,
): Promise<{ rows: Row[]; next: string | null }> {
  const page = await fetchMerged(MERGED[view], options, abort);
  batch(() => {
    failedBrands.value = page.failed;
    mergedCounts.value = sumOf(page);
  });
  const agents = new Map(page.brands.map(({ slug, agent }) => [slug, agent]));
  return { rows: page.rows.map((row) => asHere(row, agents.get(row.brand ?? ""))), next: page.next };
}

function sumOf({ brands }: MergedPage): Record<MergedView, number> {
  const sum = (view: MergedView): number => brands.reduce((total, { counts }) => total + counts[view], 0);
  return { mine: sum("mine"), unassigned: sum("unassigned"), all: sum("all") };
}

/** Rows of this brand are the rows that all other lists have; in those of others I am who I am here. */
export function asHere({ brand, ...row }: Row, agentThere: string | undefined): Row {
  if (!brand || brand === me.peek()?.brand.slug) return row;
  const agent = row.agent && row.agent.id === agentThere ? { ...row.agent, id: myId.peek() } : row.agent;
  return { ...row, agent, brand };
}
