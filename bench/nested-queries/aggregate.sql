-- The document `Aggregate` as one statement, over the same stored figures of sessions.
SELECT json_build_object('statistics', json_agg(json_build_object(
    'machine', json_build_object('name', nom), 'month', mois, 'sessions', sessions, 'totalPieces', pieces,
    'observed', json_build_object('spanSeconds', span / 1000.0::float8, 'waitSeconds', wait / 1000.0::float8,
      'stopSeconds', stop / 1000.0::float8, 'occupancyRate', (span - wait - stop)::float8 / nullif(span, 0)))
  ORDER BY nom COLLATE "C", mois))
FROM (
  SELECT m.nom, to_char(s.date_production, 'YYYY-MM') AS mois, count(*) AS sessions, sum(s.total_pieces) AS pieces,
    sum(s.duree_production_ms)::bigint AS span, sum(s.attente_ms)::bigint AS wait, sum(s.arret_ms)::bigint AS stop
  FROM session_production s JOIN centre_usinage m ON m.id = s.centre_usinage_id
  GROUP BY 1, 2) r;
