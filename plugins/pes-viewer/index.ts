import { definePlugin } from '#core'
import { pesViewer } from './viewer.ts'

/** Lets people read a PES and the answers of the treasury without any other software. */
export default definePlugin({ id: 'pes-viewer', version: 1, viewers: [pesViewer] })
