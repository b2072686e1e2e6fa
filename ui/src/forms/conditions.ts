/** Pages come and go by the very rule that the engine follows: one function, both sides. */
export { holds } from '../../../core/authoring/conditions.ts'
