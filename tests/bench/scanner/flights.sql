-- Delays of flights by airline, as somebody would explore them.
create or replace temporary view cleaned as
select year, month, airline, origin, dest, delay, delay > 15 as late
from flights
where delay is not null
  and airline not in ('', '?') -- nobody knows these
  and `origin` <> `dest`;

select airline, month,
       count(*) as flights,
       round(avg(delay), 1) as mean,
       sum(case when late then 1 else 0 end) as late
from cleaned
group by airline, month
having count(*) > 100
order by mean desc
limit 20;

/* The median tells more than the mean. */
select airline, percentile_approx(delay, 0.5) as median from cleaned group by airline;

