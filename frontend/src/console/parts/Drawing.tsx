// Small line drawings for empty states, in the colours of the theme.

type DrawingName = "rest" | "pick" | "search" | "cut" | "door";

const shapes: Record<DrawingName, () => preact.JSX.Element> = {
  // A cup beside an empty tray: nothing to do.
  rest: () => (
    <>
      <path class="d-fill" d="M34 66h52a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6H34a6 6 0 0 1-6-6v-8a6 6 0 0 1 6-6z" />
      <path d="M28 72h20l4 7h16l4-7h20M34 66h52a6 6 0 0 1 6 6v8a6 6 0 0 1-6 6H34a6 6 0 0 1-6-6v-8a6 6 0 0 1 6-6z" />
      <path class="d-accent" d="M47 38h22v12a9 9 0 0 1-9 9h-4a9 9 0 0 1-9-9z" />
      <path d="M47 38h22v12a9 9 0 0 1-9 9h-4a9 9 0 0 1-9-9zM69 41h4a5 5 0 0 1 0 10h-4M53 31c-2-3 2-4 0-7M61 31c-2-3 2-4 0-7" />
    </>
  ),
  // Two speech bubbles.
  pick: () => (
    <>
      <path class="d-fill" d="M24 30h44a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H44L32 74V64h-8a8 8 0 0 1-8-8V38a8 8 0 0 1 8-8z" />
      <path d="M24 30h44a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H44L32 74V64h-8a8 8 0 0 1-8-8V38a8 8 0 0 1 8-8zM30 43h30M30 52h18" />
      <path class="d-accent" d="M84 52h12a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8h-4v9l-11-9H64a8 8 0 0 1-8-8v-1h12a16 16 0 0 0 16-16z" />
      <path d="M84 52h12a8 8 0 0 1 8 8v14a8 8 0 0 1-8 8h-4v9l-11-9H64a8 8 0 0 1-8-8" />
    </>
  ),
  search: () => (
    <>
      <rect class="d-fill" x="22" y="30" width="56" height="50" rx="8" />
      <rect x="22" y="30" width="56" height="50" rx="8" />
      <path d="M33 44h34M33 55h20M33 66h14" />
      <circle class="d-accent" cx="76" cy="66" r="15" />
      <path d="M87 77l11 11M76 51a15 15 0 1 0 0 30 15 15 0 0 0 0-30z" />
    </>
  ),
  cut: () => (
    <>
      <path class="d-fill" d="M20 44h30v26H20z" />
      <path d="M50 44H26a6 6 0 0 0-6 6v14a6 6 0 0 0 6 6h24M50 44v26M50 51h9M50 63h9" />
      <path class="d-accent" d="M82 40h12a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H82z" />
      <path d="M82 40h12a8 8 0 0 1 8 8v18a8 8 0 0 1-8 8H82zM82 57h-9M66 44l3 5M66 70l3-5M61 57h4" />
    </>
  ),
  door: () => (
    <>
      <rect class="d-fill" x="40" y="24" width="40" height="64" rx="4" />
      <path d="M28 88h64M40 88V28a4 4 0 0 1 4-4h32a4 4 0 0 1 4 4v60" />
      <circle class="d-accent" cx="60" cy="56" r="9" />
      <path d="M56 55v-4a4 4 0 0 1 8 0v4M54 55h12v9H54z" />
    </>
  ),
};

export function Drawing(props: { name: DrawingName }) {
  return (
    <svg class="drawing" viewBox="8 16 104 80" aria-hidden="true">
      {shapes[props.name]()}
    </svg>
  );
}
