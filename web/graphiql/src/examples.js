// Queries to start from. A test holds them to the schema.

const daysAgo = (days, today) => new Date(today.getTime() - days * 86_400_000).toISOString().slice(0, 10);

export const EXAMPLES = [
  {
    title: "Days of the machines, with all they hold",
    query: `# Ctrl-Enter runs it, Ctrl-Space completes.
# Seconds, fractions, UTC, and dates of the plant.
query Day($names: [String!], $from: Date) {
  machines(filter: { names: $names }) {
    name
    sessions(filter: { from: $from }, first: 30) {
      nodes {
        id
        date
        status
        totalPieces
        revision
        observed {
          spanSeconds
          waitSeconds
          stopSeconds
          effectiveSeconds
          occupancyRate
          piecesPerHour
        }
        timeline {
          state
          startedAt
          endedAt
          pieces
        }
        jobs {
          reference
          lengthMm
          colour
          startedAt
          pieces
        }
        anomalies {
          kind
          at
          message
        }
      }
    }
  }
}
`,
    variables: (today) => ({ from: daysAgo(1, today) }),
  },
  {
    title: "A page of sessions, the busiest first",
    query: `# The next page: endCursor as the variable "after".
query Page($after: String) {
  sessions(
    filter: { types: [PVC] }
    orderBy: { field: OCCUPANCY, direction: DESC }
    first: 20
    after: $after
  ) {
    totalCount
    nodes {
      id
      date
      machine {
        name
      }
      observed {
        occupancyRate
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: () => ({ after: null }),
  },
  {
    title: "TRS of the machines, and where the time went",
    query: `# A figure without its input is null: "missing" says which.
query Trs($from: Date, $to: Date) {
  machines {
    name
    state
    stateSince
    statistics(from: $from, to: $to) {
      trs {
        trs
        availability
        performance
        quality
        missing
      }
      mtbfSeconds
    }
  }
  lossPareto(filter: { from: $from, to: $to }) {
    kind
    reason {
      label
    }
    seconds
    share
    occurrences
  }
}
`,
    variables: (today) => ({ from: daysAgo(30, today), to: daysAgo(0, today) }),
  },
  {
    title: "Statistics by machine and week",
    query: `query Statistics($from: Date, $to: Date) {
  statistics(filter: { from: $from, to: $to }, groupBy: [MACHINE, WEEK]) {
    machine {
      name
    }
    week
    sessions
    totalPieces
    scrapPieces
    trs {
      trs
      trg
      tre
      cycleSource
      qualitySource
      calendarSource
      missing
    }
  }
}
`,
    variables: (today) => ({ from: daysAgo(90, today), to: daysAgo(0, today) }),
  },
  {
    title: "Orders",
    query: `# "search" looks in number, job site and customer.
query Orders($search: String, $from: Date, $after: String) {
  orders(filter: { search: $search, from: $from }, first: 50, after: $after) {
    totalCount
    nodes {
      number
      extension
      status
      jobSite
      plannedAt
      accessories {
        code
        quantity
      }
      operations {
        number
        at
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: () => ({ search: null, from: null, after: null }),
  },
  {
    title: "How the synchronisation gets on (subscription)",
    query: `# First the latest run as it stands, then each step.
# The mutation syncNow starts one.
subscription SyncProgress {
  syncProgress {
    id
    source
    status
    progress
    filesSeen
    filesRead
    sessionsCreated
    sessionsUpdated
    error
  }
}
`,
  },
  {
    title: "Sessions that grow (subscription)",
    query: `# "after": the highest revision you have.
# What came since is told first: nothing is missed.
subscription SessionUpdated($after: Long) {
  sessionUpdated(afterRevision: $after) {
    id
    revision
    status
    totalPieces
    machine {
      name
    }
  }
}
`,
    variables: () => ({ after: null }),
  },
  {
    title: "What the machines do (subscription)",
    query: `subscription MachineStateChanged {
  machineStateChanged {
    name
    state
    stateSince
  }
}
`,
  },
];

/** The example as GraphiQL's tabs want it. */
export function asTab({ query, variables }, today) {
  return { query, variables: variables ? JSON.stringify(variables(today), null, 2) : "" };
}
