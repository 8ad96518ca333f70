/** Calls `act` whenever `element` comes into sight; answers how to stop. */
export function whenSeen(element: Element, act: () => void, options?: IntersectionObserverInit): () => void {
  const seen = new IntersectionObserver((found) => found.some((one) => one.isIntersecting) && act(), options);
  seen.observe(element);
  return () => seen.disconnect();
}
