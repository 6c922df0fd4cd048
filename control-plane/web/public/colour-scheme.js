// Runs before the first paint, so that a dark page does not flash white. A file of its own, because the page's
// policy forbids inline scripts.
(() => {
  let wanted = 'auto';
  try {
    wanted = localStorage.getItem('drawbridge-colour-scheme') ?? 'auto';
  } catch {
    // Storage may be forbidden; then the system's scheme it is.
  }
  const isDark =
    wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
