/** The area Locks of the dashboard: classes, their orders, pairs, graphs of subsystems, and the source they stand in. */
export { locksPages } from './locks-pages.tsx';
