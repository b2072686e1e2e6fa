export { pesAsked } from './fields.ts'
export { FORMER_TDT_NAMES, formerHelios } from './former.ts'
export { extractPes } from './reading.ts'
export { tdtHelios } from './step.ts'
