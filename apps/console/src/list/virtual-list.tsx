/** A list of any length of which only what is seen is drawn. Rows may differ in height: they are measured. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { ComponentChildren, HTMLAttributes, RefObject } from 'preact';
import { useCallback, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualListProps {
  readonly count: number;
  readonly keyOf: (index: number) => string;
  readonly estimatePx: number;
  readonly row: (index: number) => ComponentChildren;
  /** Grows at its end and stays there, as conversations do. */
  readonly isFeed?: boolean;
  /** A row that is brought into view when another one is named, not when it moves. */
  readonly focus?: { readonly key: string; readonly index: number };
  /** Roles and names of the element that scrolls. */
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
  /** The element around the rows. */
  readonly innerAttributes?: HTMLAttributes<HTMLDivElement>;
}

type List = Virtualizer<HTMLDivElement, HTMLElement>;
type ListOptions = VirtualizerOptions<HTMLDivElement, HTMLElement>;

const overscanRows = 8;
/** How far from the end one still is at the end. */
const atEndPx = 80;

export function VirtualList(props: VirtualListProps) {
  const { count, keyOf, estimatePx, row, isFeed = false, focus, attributes } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useList({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimatePx,
    getItemKey: keyOf,
    overscan: overscanRows,
  });
  const end = useEnd(scroller, isFeed);
  useLayoutEffect(() => {
    if (focus !== undefined) list.scrollToIndex(focus.index);
  }, [focus?.key]);
  const measure = useCallback(
    (element: HTMLElement | null) => list.measureElement(element),
    [list],
  );
  // The browser's own way to the ends is a long animation, which measuring rows on the way would stop.
  const toEnds = (event: KeyboardEvent) => {
    if (event.key !== 'Home' && event.key !== 'End') return;
    event.preventDefault();
    end.follow(event.key === 'End');
    list.scrollToIndex(event.key === 'Home' ? 0 : count - 1);
  };
  return (
    <div
      ref={scroller}
      class="list"
      {...(isFeed && { onKeyDown: toEnds, onScroll: end.look })}
      {...attributes}
    >
      <div
        class="list-rows"
        {...props.innerAttributes}
        style={{ height: `${list.getTotalSize()}px` }}
      >
        {list.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={String(key)}
            ref={measure}
            data-index={index}
            class="list-row"
            role="presentation"
            style={{ transform: `translateY(${start}px)` }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Keeps the end in sight, whatever grows or is resized, until one scrolls away from it. */
function useEnd(scroller: RefObject<HTMLDivElement | null>, isFeed: boolean) {
  const isFollowing = useRef(isFeed);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (isFollowing.current && element !== null) element.scrollTop = element.scrollHeight;
  });
  return {
    follow: (isWanted: boolean) => void (isFollowing.current = isWanted),
    look() {
      const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
      isFollowing.current = scrollHeight - scrollTop - clientHeight < atEndPx;
    },
  };
}

function useList(
  given: Omit<ListOptions, 'observeElementRect' | 'observeElementOffset' | 'scrollToFn'>,
): List {
  const [, draw] = useReducer((drawn: number) => drawn + 1, 0);
  const options: ListOptions = {
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: () => draw(0),
    ...given,
  };
  const [list] = useState(() => new Virtualizer<HTMLDivElement, HTMLElement>(options));
  list.setOptions(options);
  // What the adapters of this library call; they have no other name.
  // oxlint-disable-next-line no-underscore-dangle
  useLayoutEffect(() => list._didMount(), [list]);
  // oxlint-disable-next-line no-underscore-dangle
  useLayoutEffect(() => list._willUpdate());
  return list;
}
