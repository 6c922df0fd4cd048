import { useEffect, useRef, useState } from 'react';
import { listOf, pagesAfter, type Connection, type LoadPage } from './page-list.js';

export interface GrowingList<Node> {
  nodes: Node[];
  hasMore: boolean;
  /** Pages were asked for that have not come. */
  isBusy: boolean;
  more(): void;
}

/**
 * A list that grows by pages. Its first page is polled by whoever calls; the others are asked for again after each answer,
 * one by one, because the server gives at most 100 things at once. Until they come, the former ones stay. With `pages`
 * Infinity it grows to the end by itself: for choices, of which none may be left out.
 */
export function useGrowingList<Node extends { id: string }>(
  first: Connection<Node> | undefined,
  load: LoadPage<Node>,
  pages = 0,
): GrowingList<Node> {
  const [wanted, setWanted] = useState(pages);
  const [later, setLater] = useState<{ turn: number; pages: Connection<Node>[] }>(nothing);
  const turns = useRef(0);
  useEffect(() => {
    if (!first || wanted === 0) return;
    const turn = (turns.current += 1);
    const fill = async () => {
      const found = await pagesAfter(first, wanted, load);
      // Of two that are under way, the one that was asked later counts.
      if (found) setLater((former) => (former.turn > turn ? former : { turn, pages: found }));
    };
    void fill();
  }, [first, wanted]);
  const all = first ? [first, ...later.pages] : [];
  const hasMore = all.at(-1)?.pageInfo.hasNextPage ?? false;
  return {
    nodes: listOf(all),
    hasMore,
    isBusy: hasMore && later.pages.length < wanted,
    more: () => setWanted(later.pages.length + 1),
  };
}

const nothing = { turn: 0, pages: [] };
