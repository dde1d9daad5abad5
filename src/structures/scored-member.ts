import { compareText } from './text.js'

/** A member of a sorted set with its score. */
export interface ScoredMember {
  member: string
  score: number
}

/** Whether one member sorts before another: by score, and by bytes among equal scores. */
export function isBefore(score: number, member: string, otherScore: number, other: string): boolean {
  return score < otherScore || (score === otherScore && compareText(member, other) < 0)
}

/** What a sorted set throws that is to be made of members of which one comes twice. */
export class RepeatedMember extends Error {
  constructor() {
    super('sorted set: members to build from differ')
    this.name = 'RepeatedMember'
  }
}
